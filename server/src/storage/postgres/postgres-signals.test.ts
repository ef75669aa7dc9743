import { afterAll, beforeAll } from 'bun:test';
import { type TestDatabase, testDatabase } from '../../../test/servers/shared.ts';
import { until } from '../../commands/cluster/until.ts';
import { SignalListeners } from '../../platform/signal-listeners.ts';
import { type SignalsHarness, signalsConformance } from '../conformance/signals.ts';
import { PostgresSignals } from './postgres-signals.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
}, 60_000);
afterAll(() => database.drop());

function harness(): SignalsHarness {
  const opened: PostgresSignals[] = [];
  const mended = async () => {
    await until(() => opened.every(({ isUp }) => isUp), { what: 'signals over PostgreSQL' });
  };
  return {
    async open() {
      opened.push(new PostgresSignals({ url: database.url, name: 'test', listeners: new SignalListeners(() => {}) }));
      await mended();
      return opened.at(-1) as PostgresSignals;
    },
    async sayNonsense(text) {
      await database.psql(`SELECT pg_notify('waymark', '${text}')`);
    },
    async breakConnections() {
      const lost = until(() => opened.every(({ isUp }) => !isUp), { what: 'the end of the connections', everyMs: 1 });
      await database.psql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = '${database.name}' AND application_name = 'test signals'`,
      );
      await lost;
    },
    mended,
    async close() {
      for (const signals of opened) await signals.close();
    },
  };
}

signalsConformance('PostgreSQL', async () => harness());
