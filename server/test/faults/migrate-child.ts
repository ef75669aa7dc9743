import { openForWriting } from '../../src/storage/sqlite/database.ts';
import { migrate } from '../../src/storage/sqlite/migrate.ts';
import { slowMigrations } from './slow-migrations.ts';

/** Migrates the file that is its argument; run as a process of its own, to be killed. */
const [, , file] = process.argv;
if (file === undefined) throw new Error('which file?');
const db = openForWriting(file);
console.log('open');
migrate(db, slowMigrations());
db.close();
console.log('done');
