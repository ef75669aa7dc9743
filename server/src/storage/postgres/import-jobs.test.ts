import { importJobsConformance } from '../conformance/import-jobs.ts';
import { postgresStores } from '../conformance/postgres-stores.ts';

importJobsConformance('PostgreSQL', postgresStores());
