import { postgresStores } from '../conformance/postgres-stores.ts';
import { sideBySideConformance } from '../conformance/side-by-side.ts';

sideBySideConformance('PostgreSQL', postgresStores());
