import { apiKeyStoreConformance } from '../conformance/api-key-store.ts';
import { createSqliteStores } from '../conformance/sqlite-stores.ts';

apiKeyStoreConformance('SQLite', createSqliteStores);
