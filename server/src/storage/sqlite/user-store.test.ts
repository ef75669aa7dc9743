import { createSqliteStores } from '../conformance/sqlite-stores.ts';
import { userStoreConformance } from '../conformance/user-store.ts';

userStoreConformance('SQLite', createSqliteStores);
