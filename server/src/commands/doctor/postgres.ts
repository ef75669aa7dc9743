import { readServerFacts, type ServerFacts } from '../../storage/postgres/server-facts.ts';
import { type ScaledOutConfig, shownDatabase, withPool } from '../postgres/with-pool.ts';
import { type Check, fail, ok, warn } from './check.ts';

const VERSION_MIN = 15;
/** A clock that is this far off dates clicks wrongly. Units: ms. */
const CLOCK_MS_MAX = 5000;
/** Share of the server's connections from which on somebody should look. */
const CONNECTIONS_SHARE = 0.8;

/** PostgreSQL as this machine reaches it. */
export async function checkPostgres(config: ScaledOutConfig): Promise<Check[]> {
  const outcome = await withPool(config, (pool) => readServerFacts(pool));
  if ('failed' in outcome)
    return [fail('PostgreSQL', outcome.failed, 'check DATABASE_URL, the network, and that the server runs')];
  return postgresChecks(outcome.done, shownDatabase(config), config.storage.connectionsMax);
}

/** `connectionsMax`: of this process. */
export function postgresChecks(facts: ServerFacts, name: string, connectionsMax: number): Check[] {
  return [versionCheck(facts, name), schemaCheck(facts), clockCheck(facts), connectionsCheck(facts, connectionsMax)];
}

function versionCheck({ version }: ServerFacts, name: string): Check {
  const found = `${name}, version ${version}`;
  if (Number.parseInt(version, 10) < VERSION_MIN)
    return fail('PostgreSQL', found, `Waymark needs PostgreSQL ${VERSION_MIN} or newer`);
  return ok('PostgreSQL', found);
}

function schemaCheck({ schema, known, mayMakeExtension }: ServerFacts): Check {
  const name = 'schema';
  if (schema > known)
    return fail(name, `version ${schema}, this program knows ${known}`, 'start the newer Waymark again');
  if (schema === 0 && !mayMakeExtension)
    return fail(
      name,
      'empty, and btree_gist is neither there nor to be had',
      'let an owner of the database run: CREATE EXTENSION btree_gist',
    );
  if (schema < known) return ok(name, `version ${schema}: the next start, or waymark migrate, brings it to ${known}`);
  return ok(name, `version ${schema}`);
}

function clockCheck({ clockAheadMs }: ServerFacts): Check {
  const name = 'clocks';
  const found = `PostgreSQL's is ${Math.abs(clockAheadMs)} ms ${clockAheadMs < 0 ? 'behind' : 'ahead of'} this machine's`;
  if (Math.abs(clockAheadMs) > CLOCK_MS_MAX)
    return warn(name, found, 'start an NTP client on both: clicks are dated by the edges');
  return ok(name, found);
}

function connectionsCheck({ connections, connectionsMax: most }: ServerFacts, own: number): Check {
  const name = 'connections';
  const found = `${connections} of ${most} are in use; this process may take ${own}`;
  if (connections + own > most * CONNECTIONS_SHARE)
    return warn(name, found, 'raise max_connections, or lower DB_MAX_CONNECTIONS: docs/capacity.md has the sum');
  return ok(name, found);
}
