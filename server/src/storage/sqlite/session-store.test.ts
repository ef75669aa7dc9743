import { sessionStoreConformance } from '../conformance/session-store.ts';
import { createSqliteStores } from '../conformance/sqlite-stores.ts';

sessionStoreConformance('SQLite', createSqliteStores);
