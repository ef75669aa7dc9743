import { importJobsConformance } from '../conformance/import-jobs.ts';
import { createSqliteStores } from '../conformance/sqlite-stores.ts';

importJobsConformance('SQLite', createSqliteStores);
