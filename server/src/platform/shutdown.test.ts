import { describe, expect, test } from 'bun:test';
import { EventEmitter } from 'node:events';
import { silentLogger } from './logger.ts';
import { OpenResources, onSignals } from './shutdown.ts';

class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

describe('signals', () => {
  test('the first one stops, a later one exits at once with 130', () => {
    const source = new FakeProcess();
    const stops: string[] = [];
    let now = 1000;
    onSignals(
      (signal) => stops.push(signal),
      source,
      () => now,
    );
    source.emit('SIGTERM');
    expect([stops, source.exits]).toEqual([['SIGTERM'], []]);
    now += 2000;
    source.emit('SIGINT');
    expect([stops, source.exits]).toEqual([['SIGTERM'], [130]]);
  });

  test('one Ctrl-C that arrives by several ways is one signal', () => {
    const source = new FakeProcess();
    const stops: string[] = [];
    let now = 1000;
    onSignals(
      (signal) => stops.push(signal),
      source,
      () => now,
    );
    source.emit('SIGINT');
    now += 30;
    source.emit('SIGINT');
    expect([stops, source.exits]).toEqual([['SIGINT'], []]);
  });

  test('after disposal they are nobody else’s business', () => {
    const source = new FakeProcess();
    const signals = onSignals(() => {}, source);
    signals[Symbol.dispose]();
    expect(source.listenerCount('SIGTERM') + source.listenerCount('SIGINT')).toBe(0);
  });
});

describe('open resources', () => {
  test('are closed in reverse order, each waited for, once', async () => {
    const closed: string[] = [];
    const open = new OpenResources(silentLogger);
    open.defer('database', () => void closed.push('database'));
    open.use('timer', { [Symbol.dispose]: () => void closed.push('timer') });
    open.defer('server', async () => {
      await Promise.resolve();
      closed.push('server');
    });
    await open[Symbol.asyncDispose]();
    await open[Symbol.asyncDispose]();
    expect(closed).toEqual(['server', 'timer', 'database']);
  });

  test('one that fails is logged and keeps no other from closing', async () => {
    const closed: string[] = [];
    const errors: unknown[] = [];
    const open = new OpenResources({ debug: () => {}, error: (...args) => void errors.push(args) });
    open.defer('database', () => void closed.push('database'));
    open.defer('server', () => {
      throw new Error('stuck');
    });
    await open[Symbol.asyncDispose]();
    expect(closed).toEqual(['database']);
    expect(errors).toEqual([[{ err: new Error('stuck'), resource: 'server' }, 'could not be closed']]);
  });

  test('a resource is handed back to its user', () => {
    const resource = { name: 'socket', [Symbol.dispose]: () => {} };
    expect(new OpenResources(silentLogger).use('socket', resource)).toBe(resource);
  });
});
