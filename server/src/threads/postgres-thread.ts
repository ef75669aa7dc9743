import { systemClock } from '../platform/clock.ts';
import { type Endpoint, serveAnswers } from '../platform/thread-rpc.ts';
import { ApiDatabase } from '../storage/postgres/api-database.ts';
import { PostgresClickRemoval } from '../storage/postgres/click-removal.ts';
import { openPool } from '../storage/postgres/pool.ts';
import type { FromPostgres, PostgresInit, ToPostgres } from './messages.ts';

declare const self: Endpoint;

/** Longest run of one statement: of a list or a write, and of a chart. */
const STATEMENT_MS = { storage: 15_000, analytics: 30_000 };

const say = (message: FromPostgres) => self.postMessage(message);
const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Entry of the storage thread of an API server on PostgreSQL. */
self.onmessage = ({ data }) => {
  const init = data as PostgresInit;
  const pool = (name: 'storage' | 'analytics') =>
    openPool({
      url: init.url,
      max: init.connections[name],
      statementMs: STATEMENT_MS[name],
      name: `waymark api ${name}`,
    });
  const database = new ApiDatabase({
    storage: pool('storage'),
    analytics: pool('analytics'),
    sampleRate: init.sampleRate,
    now: systemClock,
    parts: { clickRemoval: (context) => new PostgresClickRemoval(context) },
  });
  serveAnswers(init.reads as unknown as Endpoint, (call) => database.read(call));
  serveAnswers(init.writes as unknown as Endpoint, (call) => database.write(call));
  self.onmessage = (event) => {
    if ((event.data as ToPostgres).close) database.close().finally(() => say({ closed: true }));
  };
  say({ ready: {} });
  database
    .start((error) => say({ away: wordsOf(error) }))
    .then(
      (schema) => say({ schema }),
      (error) => say({ failed: wordsOf(error) }),
    );
};
