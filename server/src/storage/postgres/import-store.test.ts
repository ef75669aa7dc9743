import { importStoreConformance } from '../conformance/import-store.ts';
import { postgresStores } from '../conformance/postgres-stores.ts';

importStoreConformance('PostgreSQL', postgresStores());
