import { importStoreConformance } from '../conformance/import-store.ts';
import { createSqliteStores } from '../conformance/sqlite-stores.ts';

importStoreConformance('SQLite', createSqliteStores);
