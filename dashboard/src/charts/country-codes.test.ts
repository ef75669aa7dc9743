import { expect, test } from 'bun:test';
import atlas from 'world-atlas/countries-110m.json';
import { countryCode } from './country-codes.ts';

test('every country of the map has a code of its own, but Antarctica', () => {
  const countries = atlas.objects.countries.geometries.map((country) => ({
    name: country.properties.name,
    code: countryCode('id' in country ? country.id : undefined, country.properties.name),
  }));
  expect(countries.filter(({ code }) => code === null).map(({ name }) => name)).toEqual(['Antarctica']);
  const codes = countries.map(({ code }) => code);
  // Each of these two lies within the borders of another.
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual(['CY', 'SO']);
});

test('codes are those of the ISO', () => {
  const names = new Intl.DisplayNames('en', { type: 'region' });
  for (const [number, name] of [
    ['276', 'Germany'],
    ['840', 'United States'],
    ['392', 'Japan'],
    ['710', 'South Africa'],
    ['756', 'Switzerland'],
  ] as const) {
    expect(names.of(countryCode(number, '') ?? '')).toBe(name);
  }
});
