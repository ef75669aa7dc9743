import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Cluster, startCluster } from '../../src/commands/cluster/start-cluster.ts';

const SHARED = join(import.meta.dirname, '../../../../shared');
const SUITE = join(SHARED, 'acceptance/classic.mjs');
const RUN_MS = 120_000;

// The suite is no part of the repository: it runs where it lies beside the checkout.
describe.skipIf(!existsSync(SUITE))('the classic acceptance through nginx, two API servers and two edges', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ edges: 2, apis: 2, workers: 1 });
    cluster.nginx.write('waymark-local/operators.conf', 'allow 127.0.0.1;\n');
    await cluster.nginx.reload();
  }, RUN_MS);
  afterAll(() => cluster[Symbol.asyncDispose](), RUN_MS);

  for (const run of ['first', 'second'])
    for (const seed of ['seed-a', 'seed-b']) {
      test(
        `passes with ${seed}, ${run} run on one database`,
        async () => {
          const suite = Bun.spawn([process.execPath, SUITE, cluster.url, '--data', join(SHARED, 'data', seed)], {
            stdout: 'pipe',
            stderr: 'pipe',
          });
          const output = await new Response(suite.stdout).text();
          const failures = output.split('\n').filter((line) => line.startsWith('FAIL'));
          expect(failures).toEqual([]);
          expect(output).toMatch(/^\d\d+ passed, 0 failed$/m);
          expect(await suite.exited).toBe(0);
        },
        RUN_MS,
      );
    }
});
