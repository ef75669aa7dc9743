import { countersConformance } from '../conformance/counters.ts';
import { postgresStores } from '../conformance/postgres-stores.ts';

countersConformance('PostgreSQL', postgresStores());
