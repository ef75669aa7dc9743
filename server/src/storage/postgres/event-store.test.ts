import { eventStoreConformance } from '../conformance/event-store.ts';
import { postgresStores } from '../conformance/postgres-stores.ts';

eventStoreConformance('PostgreSQL', postgresStores());
