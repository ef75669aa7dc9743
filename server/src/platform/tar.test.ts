import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractTar, TarWriter } from './tar.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'waymark-tar-'));
  mkdirSync(join(dir, 'out'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const CONTENT = Buffer.from(Array.from({ length: 3000 }, (_, at) => at % 251));

function write(): string {
  const archive = join(dir, 'a.tar');
  writeFileSync(join(dir, 'content'), CONTENT);
  const tar = new TarWriter(archive);
  tar.addFile('files/content', join(dir, 'content'), CONTENT.length, 1_700_000_000_000);
  tar.addText('note.json', '{"a":1}', 1_700_000_000_000);
  tar.finish();
  return archive;
}

test('what was written is read back, with its hash', () => {
  const entries = extractTar(write(), (name) => join(dir, 'out', name.replace('/', '-')));
  expect(entries.map(({ name, size }) => [name, size])).toEqual([
    ['files/content', 3000],
    ['note.json', 7],
  ]);
  expect(readFileSync(join(dir, 'out', 'files-content'))).toEqual(CONTENT);
  expect(entries[0]?.sha256).toBe(new Bun.CryptoHasher('sha256').update(CONTENT).digest('hex'));
});

test('the system’s tar reads it', () => {
  const { exitCode } = Bun.spawnSync(['tar', '-xf', write(), '-C', join(dir, 'out')]);
  expect(exitCode).toBe(0);
  expect(readFileSync(join(dir, 'out', 'files', 'content'))).toEqual(CONTENT);
});

test.each([100, 600, 2000, 4100])('an archive cut at byte %d is refused', (bytes) => {
  const archive = write();
  truncateSync(archive, bytes);
  expect(() => extractTar(archive, () => null)).toThrow('is cut');
});

test('another kind of file is refused', () => {
  writeFileSync(join(dir, 'other'), Buffer.alloc(2048, 'x'));
  expect(() => extractTar(join(dir, 'other'), () => null)).toThrow('not a tar archive');
});
