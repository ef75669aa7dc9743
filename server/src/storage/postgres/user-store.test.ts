import { postgresStores } from '../conformance/postgres-stores.ts';
import { userStoreConformance } from '../conformance/user-store.ts';

userStoreConformance('PostgreSQL', postgresStores());
