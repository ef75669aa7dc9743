import { spawn } from 'node:child_process';
import { root } from './repository.mjs';

const CHECKS = [
  { name: 'format and lint', args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'] },
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', '.'] },
  { name: 'import rules', args: ['scripts/import-rules.mjs'] },
];

/** Runs format, lint, types and import rules side by side. Shape: one result each; `output` is shown where it failed. */
export function runStaticChecks() {
  return Promise.all(CHECKS.map(({ name, args }) => run(name, args)));
}

async function run(name, args) {
  const start = performance.now();
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const code = await new Promise((resolve) => child.on('close', resolve).on('error', () => resolve(1)));
  const result = { name, ok: code === 0, seconds: (performance.now() - start) / 1000 };
  console.log(`${result.ok ? 'ok  ' : 'FAIL'} ${name} (${result.seconds.toFixed(1)} s)`);
  if (!result.ok) console.log(output);
  return result;
}
