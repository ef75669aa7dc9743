import { apiKeyStoreConformance } from '../conformance/api-key-store.ts';
import { postgresStores } from '../conformance/postgres-stores.ts';

apiKeyStoreConformance('PostgreSQL', postgresStores());
