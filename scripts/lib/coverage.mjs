import { spawnSync } from 'node:child_process';
import { sourceFiles } from '../import-rules.mjs';
import { bun, root } from './repository.mjs';

/** Source that runs in a process or thread of its own, where Bun measures nothing; the whole-system tests run it. */
const ELSEWHERE = /^(server\/src\/main\.ts|server\/src\/threads\/([\w-]+-thread|run-sealer)\.ts|cli\/src\/main\.ts)$/;
const NOT_SOURCE = /\.test\.ts$|^server\/(test|bench)\/|\/(test|conformance)\//;

/**
 * Line coverage of all source of ours. A file that no test loads counts with every line it has.
 * `reports`: the lcov texts of all runs; a line that one of them hit is hit. Null where a run left none.
 * Shape: `{ percent, files: [{ path, lines, hit }] }`, worst first; `elsewhere` are the files left out.
 */
export function lineCoverage(reports) {
  if (reports.includes(null)) return null;
  const measured = readLcov(reports.join('end_of_record\n'));
  const all = sourceFiles().filter((path) => /^\w+\/src\//.test(path) && !NOT_SOURCE.test(path));
  const paths = all.filter((path) => !ELSEWHERE.test(path));
  const unloaded = countLines(paths.filter((path) => !measured.has(path)));
  const files = paths.map((path) => ({ path, ...(measured.get(path) ?? { lines: unloaded[path] ?? 0, hit: 0 }) }));
  files.sort((a, b) => b.lines - b.hit - (a.lines - a.hit));
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  const hit = files.reduce((sum, file) => sum + file.hit, 0);
  return {
    percent: lines === 0 ? 100 : (100 * hit) / lines,
    files,
    elsewhere: all.filter((path) => ELSEWHERE.test(path)),
  };
}

function readLcov(lcov) {
  const files = new Map();
  for (const record of lcov.split('end_of_record')) {
    const value = (name) => new RegExp(`^${name}:(.*)$`, 'm').exec(record)?.[1];
    const path = value('SF')?.replace(`${root}/`, '');
    if (path === undefined) continue;
    const hits = files.get(path) ?? new Map();
    for (const [, line, count] of record.matchAll(/^DA:(\d+),(\d+)/gm))
      hits.set(line, Math.max(Number(count), hits.get(line) ?? 0));
    files.set(path, hits);
  }
  const figures = (hits) => ({ lines: hits.size, hit: [...hits.values()].filter((count) => count > 0).length });
  return new Map([...files].map(([path, hits]) => [path, figures(hits)]));
}

/** Lines of each file once its types are gone: a file of types alone has none. */
function countLines(paths) {
  if (paths.length === 0) return {};
  const program = `
    const counts = {};
    for (const path of JSON.parse(process.argv[1])) {
      const code = new Bun.Transpiler({ loader: path.endsWith('.tsx') ? 'tsx' : 'ts' }).transformSync(await Bun.file(path).text());
      counts[path] = code.split('\\n').filter((line) => /[\\w]/.test(line) && !/^(import|export) .* from /.test(line)).length;
    }
    console.log(JSON.stringify(counts));`;
  const { status, stdout, stderr } = spawnSync(bun, ['-e', program, JSON.stringify(paths)], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the lines of files without a test could not be counted: ${stderr}`);
  return JSON.parse(stdout);
}
