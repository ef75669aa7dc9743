import { describe, expect, test } from 'bun:test';
import { type ReadyChecks, type ReadyFacts, readiness, readReadyRole } from './readiness.ts';

const GIB = 1024 ** 3;
const OUTBOX = { edgeId: 'e', depth: 0, dropped: 0, bytes: 0, bytesLeft: GIB };
const PIPELINE = { outbox: OUTBOX, lagSeconds: 0, lastError: null };
const WELL: ReadyFacts = {
  stopping: false,
  pipeline: PIPELINE,
  databaseAnswers: true,
  redis: 'off',
  following: null,
  diskBytesFree: GIB,
};

describe('an edge stays ready while it can answer known links', () => {
  const degraded: [name: string, facts: Partial<ReadyFacts>, check: Partial<ReadyChecks>][] = [
    ['all well', {}, { outbox: 'ok', ingest: 'ok', disk: 'ok' }],
    ['outbox full', { pipeline: { ...PIPELINE, outbox: { ...OUTBOX, bytesLeft: 0 } } }, { outbox: 'full' }],
    ['ingest behind', { pipeline: { ...PIPELINE, lagSeconds: 31 } }, { ingest: 'lagging' }],
    ['ingest failing', { pipeline: { ...PIPELINE, lastError: 'database or disk is full' } }, { ingest: 'failing' }],
    ['outbox out of reach', { pipeline: null }, { outbox: 'unknown', ingest: 'failing' }],
    ['disk nearly full', { diskBytesFree: 1024 }, { disk: 'low' }],
    ['free space unknown', { diskBytesFree: null }, { disk: 'unknown' }],
    ['database away', { databaseAnswers: false }, {}],
    ['Redis away', { redis: 'away' }, { redis: 'away' }],
    ['replica at hand', { following: { isWhole: true, lagSeconds: 0, inTouch: true } }, { replica: 'ok' }],
    ['replica behind', { following: { isWhole: true, lagSeconds: 6, inTouch: true } }, { replica: 'lagging' }],
    ['replica cut off', { following: { isWhole: true, lagSeconds: 60, inTouch: false } }, { replica: 'away' }],
    [
      'cut off since it started',
      { following: { isWhole: true, lagSeconds: null, inTouch: false } },
      { replica: 'away' },
    ],
    ['replica of long ago', { following: { isWhole: true, lagSeconds: null, inTouch: true } }, { replica: 'lagging' }],
    [
      'first snapshot on its way',
      { following: { isWhole: false, lagSeconds: null, inTouch: true } },
      { replica: 'loading' },
    ],
  ];
  test.each(degraded)('%s', (_, facts, check) => {
    const answer = readiness('edge', { ...WELL, ...facts });
    expect(answer.status).toBe('ready');
    expect(answer.checks).toMatchObject(check);
  });
});

test('an edge that has no link and can ask for none is not ready', () => {
  const facts = { ...WELL, following: { isWhole: false, lagSeconds: null, inTouch: false } };
  expect(readiness('edge', facts)).toMatchObject({ status: 'not_ready', checks: { replica: 'empty' } });
});

test.each(['api', 'worker'] as const)('%s is not ready without the database', (role) => {
  expect(readiness(role, WELL)).toMatchObject({ status: 'ready', checks: { database: 'ok' } });
  expect(readiness(role, { ...WELL, databaseAnswers: false })).toMatchObject({
    status: 'not_ready',
    checks: { database: 'away' },
  });
});

test.each(['edge', 'api', 'worker'] as const)('%s is not ready once a stop has begun', (role) => {
  expect(readiness(role, { ...WELL, stopping: true })).toMatchObject({
    status: 'not_ready',
    checks: { process: 'stopping' },
  });
});

test('with several roles the answer is the edge’s', () => {
  expect(readReadyRole(undefined, ['api', 'edge', 'worker'])).toBe('edge');
  expect(readReadyRole(undefined, ['api'])).toBe('api');
});

test('a role that this process does not have is refused by name', () => {
  expect(() => readReadyRole('worker', ['edge'])).toThrow('role: must be one of edge');
});
