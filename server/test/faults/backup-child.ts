import { backupCommand } from '../../src/commands/backup.ts';
import { loadConfig } from '../../src/config/load-config.ts';

/** Backs a data directory up; run as a process of its own, to be killed. Arguments: directory, file. */
const [, , dataDir, file] = process.argv;
if (dataDir === undefined || file === undefined) throw new Error('which directory, and into which file?');
console.log('begun');
const io = { print: console.log, warn: console.warn, confirm: async () => false };
const { exitCode } = await backupCommand(loadConfig({ DATA_DIR: dataDir }), { file }, io);
process.exit(exitCode);
