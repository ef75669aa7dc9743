import { countersConformance } from '../conformance/counters.ts';
import { createSqliteStores } from '../conformance/sqlite-stores.ts';

countersConformance('SQLite', createSqliteStores);
