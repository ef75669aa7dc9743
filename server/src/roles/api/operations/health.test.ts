import { expect, test } from 'bun:test';
import { loadConfig } from '../../../config/load-config.ts';
import { health } from './health.ts';

const outbox = { edgeId: 'e'.repeat(32), depth: 0, dropped: 0, bytes: 0, bytesLeft: 1 };
const status = () => ({ outbox, lastError: null });

test('health names the release, the flags and this instance', () => {
  const config = loadConfig({ APP_VERSION: '9.9.9', GIT_SHA: 'abc', ENABLE_AUTO_BLOCKING: 'yes' });
  expect(health(config, 'off', status)).toMatchObject({
    status: 'ok',
    version: '9.9.9',
    git_sha: 'abc',
    deployed_at: null,
    feature_flags: { auto_blocking: true, quarantine_mode: true },
    db: 'ok',
    redis: 'off',
    instance: 'e'.repeat(32),
    events: 'complete',
  });
});

test('an outbox that can’t be asked does not fail health', () => {
  const broken = () => {
    throw new Error('gone');
  };
  expect(health(loadConfig({}), 'ok', broken)).toMatchObject({
    status: 'ok',
    db: 'failing',
    redis: 'ok',
    instance: null,
  });
});

test.each([{ EVENT_LOG_SAMPLE_RATE: '0.5' }, { EVENT_RETENTION_DAYS: '30' }])(
  'events are called sampled with %o',
  (env) => {
    expect(health(loadConfig(env), 'off', status).events).toBe('sampled');
  },
);
