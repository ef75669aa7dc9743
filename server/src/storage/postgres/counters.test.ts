import { countersConformance } from '../conformance/counters.ts';
import { postgresStores } from '../conformance/postgres-stores.ts';

// Each history takes some hundred round trips.
countersConformance('PostgreSQL', postgresStores(), 20);
