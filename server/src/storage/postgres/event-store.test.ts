import { clickRemovalConformance, eventStoreConformance } from '../conformance/event-store.ts';
import { postgresStores } from '../conformance/postgres-stores.ts';

const stores = postgresStores();
eventStoreConformance('PostgreSQL', stores);
clickRemovalConformance('PostgreSQL', stores);
