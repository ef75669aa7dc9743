import './lib/node-version.mjs';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { ensureInstalled } from './lib/install.mjs';
import { bun, root } from './lib/repository.mjs';

// npm run bench [name...]: every benchmark, or those named, one at a time because they share the machine.
ensureInstalled({ dev: true });
const directory = `${root}/server/bench`;
const files = existsSync(directory)
  ? readdirSync(directory)
      .filter((file) => file.endsWith('.bench.ts'))
      .sort()
  : [];
const known = files.map((file) => file.replace(/\.bench\.ts$/, ''));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0 || known.length === 0) {
  if (unknown.length > 0) console.error(`No benchmark is called ${unknown.join(', ')}.`);
  console.error(known.length > 0 ? `There are: ${known.join(', ')}` : 'There are no benchmarks in server/bench.');
  process.exit(2);
}

const failed = [];
for (const name of asked.length > 0 ? asked : known) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(bun, [`server/bench/${name}.bench.ts`], { cwd: root, stdio: 'inherit' });
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) console.error(`\nFailed: ${failed.join(', ')}`);
process.exit(failed.length > 0 ? 1 : 0);
