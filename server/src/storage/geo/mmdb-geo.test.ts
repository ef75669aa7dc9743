import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { NOWHERE } from '../../clicks/enrich/geo.ts';
import { mmdbBytes } from './mmdb-fixture.ts';
import { openMmdbGeo } from './mmdb-geo.ts';

const flat = (country_code: string, state1: string, city: string) => ({ country_code, state1, city });
const nested = {
  country: { iso_code: 'JP', names: { en: 'Japan' } },
  subdivisions: [{ iso_code: '13', names: { en: 'Tokyo' } }, { names: { en: 'Elsewhere' } }],
  city: { geoname_id: 1, names: { de: 'Tokio', en: 'Chiyoda' } },
};

let root: string;
let withoutCity: string;
let withCity: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'waymark-geo-'));
  withoutCity = join(root, 'bare');
  withCity = join(root, 'city');
  mkdirSync(join(withCity, 'geo'), { recursive: true });
  writeFileSync(
    join(withCity, 'geo', 'city-ipv4.mmdb'),
    mmdbBytes('city ipv4', {
      '8.8.8.0/24': flat('US', 'California', 'Mountain View'),
      '9.9.0.0/16': flat('CH', '', 'Zürich'),
    }),
  );
});
afterAll(() => rmSync(root, { recursive: true }));

const write = (name: string, content: Buffer | string) => {
  const path = join(root, name);
  writeFileSync(path, content);
  return path;
};

describe('the country database that comes with the install', () => {
  test('knows the country of IPv4, IPv6 and mapped addresses, and of no private one', () => {
    const geo = openMmdbGeo({ dataDir: withoutCity, databaseFile: null });
    expect(geo.problems).toEqual([]);
    expect(geo.files).toHaveLength(1);
    const us = { country: 'US', region: '', city: '' };
    expect([geo.find('8.8.8.8'), geo.find('::ffff:8.8.8.8'), geo.find('::ffff:808:808')]).toEqual([us, us, us]);
    expect(geo.find('2a00:1450:4001:80f::200e').country).toMatch(/^[A-Z]{2}$/);
    for (const address of ['', '10.0.0.1', '127.0.0.1', '::1', 'fe80::1', 'not an address'])
      expect(geo.find(address)).toEqual(NOWHERE);
  });

  test('answers any text without a throw', () => {
    const geo = openMmdbGeo({ dataDir: withoutCity, databaseFile: null });
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (address) => {
        expect(geo.find(address).country).toMatch(/^([A-Z]{2})?$/);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a city database in the data directory', () => {
  test('gives region and city, and leaves the rest to the country database', () => {
    const geo = openMmdbGeo({ dataDir: withCity, databaseFile: null });
    expect(geo.find('8.8.8.8')).toEqual({ country: 'US', region: 'California', city: 'Mountain View' });
    expect(geo.find('9.9.9.9')).toEqual({ country: 'CH', region: '', city: 'Zürich' });
    expect(geo.find('1.1.1.1').country).not.toBe('');
    expect(geo.find('2a00:1450:4001:80f::200e').country).not.toBe('');
  });

  test('that is damaged is reported, and countries are still known', () => {
    const dataDir = join(root, 'damaged');
    mkdirSync(join(dataDir, 'geo'), { recursive: true });
    writeFileSync(join(dataDir, 'geo', 'city.mmdb'), 'no database');
    const geo = openMmdbGeo({ dataDir, databaseFile: null });
    expect(geo.problems).toEqual([expect.stringContaining('city.mmdb')]);
    expect(geo.find('8.8.8.8').country).toBe('US');
  });
});

describe('a database that the operator names', () => {
  test('may have the nested shape of MaxMind and DB-IP', () => {
    const databaseFile = write('maxmind.mmdb', mmdbBytes('GeoLite2-City', { '1.0.0.0/8': nested }));
    const geo = openMmdbGeo({ dataDir: withoutCity, databaseFile });
    expect(geo.find('1.2.3.4')).toEqual({ country: 'JP', region: 'Tokyo', city: 'Chiyoda' });
    expect(geo.find('2.2.2.2')).toEqual(NOWHERE);
    expect(geo.files.map(({ type, builtAt }) => [type, builtAt.getTime()])).toEqual([
      ['GeoLite2-City', 1_700_000_000_000],
    ]);
  });

  test('goes first; the city database adds to it where both agree on the country', () => {
    const networks = { '8.8.8.0/24': { country: { iso_code: 'us' } }, '9.9.9.0/24': { country_code: 'DE' } };
    const geo = openMmdbGeo({ dataDir: withCity, databaseFile: write('named.mmdb', mmdbBytes('country', networks)) });
    expect(geo.find('8.8.8.8')).toEqual({ country: 'US', region: 'California', city: 'Mountain View' });
    expect(geo.find('9.9.9.9')).toEqual({ country: 'DE', region: '', city: '' });
  });

  test('that is missing is reported, and the one that comes with the install serves', () => {
    const geo = openMmdbGeo({ dataDir: withoutCity, databaseFile: join(root, 'absent.mmdb') });
    expect(geo.problems).toEqual([expect.stringContaining('absent.mmdb')]);
    expect(geo.find('8.8.8.8').country).toBe('US');
  });

  test('with strange records or damage at a place gives nothing there', () => {
    const networks = {
      '1.0.0.0/8': { country_code: 'ZZ' },
      '2.0.0.0/8': 'text',
      '3.0.0.0/8': { country_code: 7, city: [1], subdivisions: 'x' },
    };
    const strange = openMmdbGeo({
      dataDir: withoutCity,
      databaseFile: write('strange.mmdb', mmdbBytes('strange', networks)),
    });
    for (const address of ['1.1.1.1', '2.2.2.2', '3.3.3.3']) expect(strange.find(address)).toEqual(NOWHERE);

    const bytes = mmdbBytes('damaged', { '1.0.0.0/8': { country_code: 'JP' } });
    bytes.fill(0xff, bytes.indexOf('country_code') - 2, bytes.indexOf('country_code') + 14);
    const damaged = openMmdbGeo({ dataDir: withoutCity, databaseFile: write('damaged.mmdb', bytes) });
    expect(damaged.find('1.1.1.1')).toEqual(NOWHERE);
  });
});
