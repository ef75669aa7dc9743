import { afterEach, describe, expect, test } from 'bun:test';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { waymark } from '../../../cli/test/run-waymark.ts';
import type { ClusterView } from '../../src/commands/cluster/cluster-view.ts';
import { signalProcess } from '../../src/commands/cluster/process-tree.ts';
import { until } from '../../src/commands/cluster/until.ts';

/** `waymark cluster --json` in a process of its own, as somebody at a terminal runs it. */
interface Running {
  child: ChildProcess;
  view: ClusterView;
  err: string[];
  exited: Promise<number | null>;
}

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGTERM');
});

async function run(...args: string[]): Promise<Running> {
  const main = join(import.meta.dirname, '../../../cli/src/main.ts');
  const child = spawn(process.execPath, [main, 'cluster', '--json', '--edges', '1', '--apis', '1', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const err: string[] = [];
  createInterface(child.stderr).on('line', (line) => err.push(line));
  const exited = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve);
    void exited.then(() => reject(new Error(err.join('\n'))));
  });
  return { child, view: JSON.parse(line) as ClusterView, err, exited };
}

const alive = ({ view }: Running) => view.parts.filter(({ pid }) => signalProcess(pid, 0)).map(({ name }) => name);

describe('waymark cluster', () => {
  test('says where everything is, tells of what ends by itself, and stops all of it on SIGTERM', async () => {
    const running = await run('--env', 'APP_VERSION=7.7.7');
    const { view, child, err } = running;
    expect(view.parts.map(({ name }) => name)).toEqual(['nginx', 'edge-1', 'api-1', 'worker-1', 'postgres', 'redis']);
    expect(await (await fetch(`${view.url}/health`)).json()).toMatchObject({ version: '7.7.7' });
    process.kill(view.parts.find(({ name }) => name === 'worker-1')?.pid ?? 0, 'SIGKILL');
    await until(() => err.some((line) => line.startsWith('worker-1 ended (SIGKILL)')), { what: 'word of the worker' });
    child.kill('SIGTERM');
    expect(await running.exited).toBe(0);
    expect([alive(running), existsSync(view.dir)]).toEqual([[], false]);
  }, 90_000);

  test('killed outright, it takes its processes along', async () => {
    const running = await run();
    running.child.kill('SIGKILL');
    await running.exited;
    await until(() => alive(running).length === 0, { what: 'the end of its processes' });
    rmSync(running.view.dir, { recursive: true });
  }, 90_000);

  test('keeps a directory that was named', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'waymark-cluster-test-'));
    chmodSync(parent, 0o711);
    const dir = join(parent, 'cluster');
    const running = await run('--dir', dir);
    running.child.kill('SIGINT');
    expect(await running.exited).toBe(0);
    for (const { log } of running.view.parts) expect({ log, isThere: existsSync(log) }).toEqual({ log, isThere: true });
    rmSync(parent, { recursive: true });
  }, 90_000);

  test('refuses what makes no sense before it starts anything', async () => {
    for (const line of ['--edges 0', '--apis x', '--port 70000', '--env NOVALUE']) {
      const { code, err } = await waymark(['cluster', ...line.split(' ')]);
      expect({ line, code, err: err !== '' }).toEqual({ line, code: 2, err: true });
    }
  });
});
