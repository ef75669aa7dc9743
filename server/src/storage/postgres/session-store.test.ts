import { postgresStores } from '../conformance/postgres-stores.ts';
import { sessionStoreConformance } from '../conformance/session-store.ts';

sessionStoreConformance('PostgreSQL', postgresStores());
