import { describe, expect, test } from 'bun:test';
import { createLog, createThreadLogger, isLogRecord, type LogLevel, type LogRecord } from './logger.ts';

const AT = Date.UTC(2026, 3, 3, 12);

function startLog(options: { level?: LogLevel; format?: 'auto' | 'json' | 'pretty'; isTerminal?: boolean } = {}) {
  const written: string[] = [];
  let flushes = 0;
  const log = createLog({
    level: 'info',
    format: 'json',
    isTerminal: false,
    clock: () => AT,
    ...options,
    output: { write: (text) => void written.push(text), flush: () => void flushes++ },
  });
  return { log, written, lines: () => written.map((line) => JSON.parse(line)), flushes: () => flushes };
}

describe('the log', () => {
  test('a line is one JSON object with time, level, request id, fields and message', () => {
    const { log, written, lines } = startLog();
    log.logger.child({ requestId: 'r-1' }).info({ route: '/urls/{id}' }, 'answered');
    expect(lines()).toEqual([
      { level: 'info', time: '2026-04-03T12:00:00.000Z', requestId: 'r-1', route: '/urls/{id}', msg: 'answered' },
    ]);
    expect(written[0]?.endsWith('\n')).toBe(true);
  });

  test('lines below the level are left out', () => {
    const { log, lines } = startLog({ level: 'warn' });
    log.logger.info('quiet');
    log.logger.warn('heard');
    expect(lines().map(({ msg }) => msg)).toEqual(['heard']);
  });

  test('placeholders in a message are not filled from data', () => {
    const { log, lines } = startLog();
    log.logger.info({ value: 'x' }, 'hello %s');
    expect(lines()[0].msg).toBe('hello %s');
  });

  test('an error is written with its type, message, stack and cause', () => {
    const { log, lines } = startLog();
    log.logger.error({ err: new TypeError('broken', { cause: new Error('disk') }) }, 'failed');
    expect(lines()[0].err).toMatchObject({ type: 'TypeError', message: expect.stringContaining('broken') });
    expect(lines()[0].err.stack).toContain('disk');
  });

  const secrets: [string, Record<string, unknown>][] = [
    ['a header', { headers: { Authorization: 'hidden-value' } }],
    ['a Headers object', { headers: new Headers({ 'X-API-Token': 'hidden-value', cookie: 'a=hidden-value' }) }],
    ['a deep field', { request: { body: [{ apiKey: 'hidden-value' }] } }],
    ['a token', { chaosToken: 'hidden-value' }],
    ['a key', { key: 'hidden-value', secretKey: 'hidden-value', password: 'hidden-value' }],
  ];
  for (const [name, fields] of secrets) {
    test(`${name} that is secret is not written, nor kept for /logs, nor in a child`, () => {
      const { log, written } = startLog();
      log.logger.info(fields, 'with a secret');
      log.logger.child(fields).info('with a bound secret');
      expect(written.join('')).not.toContain('hidden-value');
      expect(written.join('')).toContain('[redacted]');
      expect(JSON.stringify(log.buffer.recent({ limit: 10 }))).not.toContain('hidden-value');
    });
  }

  test('what JSON cannot hold does not break a line', () => {
    const { log, lines } = startLog();
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    log.logger.info({ big: 12n, bytes: new Uint8Array(3), loop, nothing: null }, 'odd');
    expect(lines()[0]).toMatchObject({ big: '12', bytes: '[3 bytes]', nothing: null });
  });

  test('a terminal gets readable lines, a pipe JSON, and /logs the same of both', () => {
    const terminal = startLog({ format: 'auto', isTerminal: true });
    terminal.log.logger.info({ port: 3000 }, 'listening');
    expect(terminal.written.join('')).toContain('listening');
    expect(() => terminal.lines()).toThrow();
    const pipe = startLog({ format: 'auto', isTerminal: false });
    pipe.log.logger.info({ port: 3000 }, 'listening');
    expect(terminal.log.buffer.recent({ limit: 1 })).toEqual(pipe.lines());
  });

  test('a line of another thread is written as it was made there', () => {
    const { log, lines } = startLog();
    const thread = createThreadLogger((record) => log.relay(structuredClone(record)), {
      thread: 'writer',
      level: 'info',
      clock: () => AT,
    });
    thread.error({ err: new Error('no space'), key: 'hidden-value' }, 'could not write');
    expect(lines()[0]).toMatchObject({ level: 'error', thread: 'writer', msg: 'could not write', key: '[redacted]' });
    expect(lines()[0].err.message).toBe('no space');
  });

  test('a log record is told apart from other messages of a thread', () => {
    const records: LogRecord[] = [];
    createThreadLogger((record) => records.push(record), { thread: 'reader', level: 'info' }).info('here');
    expect(isLogRecord(records[0])).toBe(true);
    expect([null, 'text', { replies: [] }].some(isLogRecord)).toBe(false);
  });

  test('disposing of the log brings out what waits', async () => {
    const { log, flushes } = startLog();
    await log[Symbol.asyncDispose]();
    expect(flushes()).toBe(1);
  });
});
