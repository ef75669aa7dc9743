import { expect, test } from 'bun:test';
import { spawn } from 'node:child_process';
import { bun, root } from './repository.mjs';

/** A program that ends by `how` once `ms` are over, and says when it is asked to end. */
const program = (name, ms, how) => `
  process.on('SIGTERM', () => { console.log('${name} asked to end'); process.exit(0); });
  console.log('${name} up');
  setTimeout(() => ${how}, ${ms});`;

function runTogether(...sources) {
  const commands = sources.map((source) => ({ program: bun, args: ['-e', source] }));
  const script = `import('${root}/scripts/lib/pass-through.mjs').then(({ runTogether }) => runTogether(${JSON.stringify(commands)}))`;
  const child = spawn(bun, ['-e', script], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let seen = () => {};
  child.stdout.on('data', (bytes) => {
    output += bytes;
    seen();
  });
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, output })));
  const says = (text) =>
    new Promise((resolve) => {
      seen = () => output.includes(text) && resolve();
      seen();
    });
  return { child, ended, says };
}

test('programs that run together end together, with the exit code of the first that ended', async () => {
  const { ended } = runTogether(program('long', 20_000, 'process.exit(1)'), program('short', 500, 'process.exit(7)'));
  const { code, output } = await ended;
  expect(code).toBe(7);
  expect(output).toContain('long asked to end');
});

test('a signal reaches all of them', async () => {
  const { child, ended, says } = runTogether(
    program('one', 20_000, 'process.exit(1)'),
    program('two', 20_000, 'process.exit(1)'),
  );
  await says('one up');
  await says('two up');
  child.kill('SIGTERM');
  const { code, output } = await ended;
  expect(code).toBe(0);
  for (const name of ['one', 'two']) expect(output).toContain(`${name} asked to end`);
});
