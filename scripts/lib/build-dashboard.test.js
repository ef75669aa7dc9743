import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { ensureDashboard, hashSources, viteRuntime } from './build-dashboard.mjs';
import { checkFirstLoad, FIRST_LOAD_BYTES_MAX, firstLoad } from './dashboard-bytes.mjs';
import { bun } from './repository.mjs';

let directory = '';
const at = (path) => join(directory, path);
function write(path, content) {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), content);
}
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'waymark-build-'));
  write('package-lock.json', '{}');
  write('contract/package.json', '{}');
  write('contract/src/index.ts', 'export {};');
  write('dashboard/package.json', '{}');
  write('dashboard/src/main.tsx', 'render();');
});
afterEach(() => rmSync(directory, { recursive: true }));

const SCRIPT = 'render(); '.repeat(200);
/** Stands in for Vite. */
function build(dashboard, outDir) {
  mkdirSync(join(outDir, 'assets'), { recursive: true });
  writeFileSync(join(outDir, 'index.html'), `<!doctype html>${readFileSync(join(dashboard, 'src/main.tsx'), 'utf8')}`);
  writeFileSync(join(outDir, 'assets/index-a1.js'), SCRIPT);
  writeFileSync(join(outDir, 'assets/tiny-b2.js'), 'x();');
}

let said = '';
function ensure(options = {}) {
  said = '';
  return ensureDashboard({ directory, build, log: (text) => (said += text), ...options });
}

describe('the dashboard', () => {
  test('is built once, and again after its sources have changed', () => {
    expect(ensure()).toEqual({ built: true, why: null });
    expect(said).toMatch(/^Building the dashboard \.\.\. done in \d+ s\n$/);
    expect(ensure()).toEqual({ built: false, why: null });
    expect(said).toBe('');
    write('dashboard/src/main.tsx', 'render(2);');
    expect(ensure().built).toBe(true);
    expect(readFileSync(at('dashboard/dist/index.html'), 'utf8')).toContain('render(2);');
    expect(readdirSync(at('dashboard')).sort()).toEqual(['dist', 'package.json', 'src']);
  });

  test('is built again where its build was broken off or lost its page', () => {
    ensure();
    rmSync(at('dashboard/dist/index.html'));
    expect(ensure().built).toBe(true);
  });

  test('comes with its texts compressed', () => {
    ensure();
    const small = readFileSync(at('dashboard/dist/assets/index-a1.js.br'));
    expect(small.byteLength).toBeLessThan(SCRIPT.length / 10);
    expect(brotliDecompressSync(small).toString()).toBe(SCRIPT);
    expect(existsSync(at('dashboard/dist/assets/tiny-b2.js.br'))).toBe(false);
  });

  test('that can not be built is no dashboard, said loudly, and nothing is thrown', () => {
    ensure();
    write('dashboard/src/main.tsx', 'render(');
    const broken = ensure({
      build(dashboard, outDir) {
        build(dashboard, outDir);
        throw new Error('main.tsx:1: unexpected end');
      },
    });
    expect(broken).toEqual({ built: false, why: 'main.tsx:1: unexpected end' });
    expect(said).toContain('failed.\nmain.tsx:1: unexpected end');
    expect(said).toContain('/app will say so');
    expect(readdirSync(at('dashboard')).sort()).toEqual(['package.json', 'src']);
    expect(ensure().built).toBe(true);
  });

  test('without its sources stays as it is', () => {
    rmSync(at('dashboard/package.json'));
    expect(ensure()).toEqual({ built: false, why: null });
    expect(said).toBe('');
  });
});

describe('what a build is made from', () => {
  test.each(['dashboard/index.html', 'dashboard/src/ui/button.tsx', 'contract/src/v1/links.ts', 'package-lock.json'])(
    '%s counts',
    (path) => {
      const before = hashSources(directory);
      write(path, 'changed');
      expect(hashSources(directory)).not.toBe(before);
    },
  );

  test.each([
    'dashboard/dist/index.html',
    'dashboard/dist-4711/index.html',
    'dashboard/node_modules/x/index.js',
    'dashboard/e2e/links.test.ts',
    'dashboard/src/ui/button.test.tsx',
    'dashboard/.cache/x',
    'server/src/app.ts',
  ])('%s does not', (path) => {
    const before = hashSources(directory);
    write(path, 'changed');
    expect(hashSources(directory)).toBe(before);
  });

  test('a file that moved, or took a piece of another, counts', () => {
    write('dashboard/src/a.ts', 'ab');
    write('dashboard/src/b.ts', 'c');
    const before = hashSources(directory);
    write('dashboard/src/a.ts', 'a');
    write('dashboard/src/b.ts', 'bc');
    expect(hashSources(directory)).not.toBe(before);
  });
});

test('Vite runs under Node where that is new enough, and under Bun elsewhere', () => {
  expect([viteRuntime([20, 18]), viteRuntime([20, 0])]).toEqual([bun, bun]);
  for (const version of [
    [20, 19],
    [22, 12],
    [24, 0],
  ])
    expect(viteRuntime(version)).toBe(process.execPath);
});

describe('the first load', () => {
  const manifest = {
    'index.html': {
      file: 'assets/index.js',
      isEntry: true,
      imports: ['_shared.js'],
      dynamicImports: ['src/pages/a.tsx'],
    },
    '_shared.js': { file: 'assets/shared.js', imports: ['_deep.js'] },
    '_deep.js': { file: 'assets/deep.js' },
    '_table.js': { file: 'assets/table.js', imports: ['_shared.js', '_deep.js'] },
    'src/pages/links/links-page.tsx': {
      file: 'assets/links.js',
      isDynamicEntry: true,
      imports: ['_table.js', 'index.html'],
      dynamicImports: ['src/chart.tsx'],
      css: ['assets/links.css'],
    },
    'src/pages/analytics.tsx': { file: 'assets/analytics.js', isDynamicEntry: true, imports: ['_chart.js'] },
    '_chart.js': { file: 'assets/chart.js' },
    'src/i18n/en/links.json': { file: 'assets/links-texts.js', isDynamicEntry: true },
  };
  function writeBuild(sizes) {
    write('dist/.vite/manifest.json', JSON.stringify(manifest));
    for (const [name, bytes] of Object.entries(sizes)) {
      write(`dist/assets/${name}.js`, 'x');
      write(`dist/assets/${name}.js.br`, 'y'.repeat(bytes));
    }
  }
  const SIZES = {
    index: 100,
    shared: 20,
    deep: 3,
    table: 4000,
    links: 50_000,
    analytics: 7_000_000,
    chart: 8_000_000,
    'links-texts': 7,
  };
  const dist = () => at('dist');
  const PAGE = 'src/pages/links/links-page.tsx';
  const TEXTS = ['src/i18n/en/links.json'];

  test('is the entry, the page, its texts, and what they import at once, each file once', () => {
    writeBuild(SIZES);
    expect(firstLoad(dist(), PAGE, TEXTS)).toEqual({
      bytes: 54_130,
      files: [
        { file: 'assets/links.js', bytes: 50_000 },
        { file: 'assets/table.js', bytes: 4000 },
        { file: 'assets/index.js', bytes: 100 },
        { file: 'assets/shared.js', bytes: 20 },
        { file: 'assets/links-texts.js', bytes: 7 },
        { file: 'assets/deep.js', bytes: 3 },
      ],
    });
    expect(checkFirstLoad(dist(), PAGE, TEXTS)).toBe(true);
  });

  test('has a limit', () => {
    writeBuild({ ...SIZES, links: FIRST_LOAD_BYTES_MAX - 4129 });
    expect(checkFirstLoad(dist(), PAGE, TEXTS)).toBe(false);
    writeBuild({ ...SIZES, links: FIRST_LOAD_BYTES_MAX - 4130 });
    expect(checkFirstLoad(dist(), PAGE, TEXTS)).toBe(true);
  });

  test('of a page that is not there, or without a build, is no success', () => {
    writeBuild(SIZES);
    expect(checkFirstLoad(dist(), 'src/pages/nowhere.tsx', TEXTS)).toBe(false);
    expect(checkFirstLoad(dist(), PAGE, ['src/i18n/en/nothing.json'])).toBe(false);
    expect(checkFirstLoad(at('nothing'), PAGE, TEXTS)).toBe(false);
  });

  test('is measured as sent where the build left a file uncompressed', () => {
    writeBuild(SIZES);
    rmSync(at('dist/assets/deep.js.br'));
    write('dist/assets/deep.js', 'z'.repeat(100_000));
    expect(firstLoad(dist(), PAGE, TEXTS).bytes).toBeLessThan(55_000);
  });
});
