import type { Place } from '../../clicks/enrich/geo.ts';

/**
 * The place in a database record, either flat as ip-location-db writes it (`country_code`, `state1`, `city`) or nested
 * as MaxMind and DB-IP do (`country.iso_code`, `subdivisions`, `city.names.en`). Unknown shapes give empty texts.
 */
export function placeOfRecord(record: unknown): Place {
  const code = text(field(record, 'country_code')) || text(field(field(record, 'country'), 'iso_code'));
  const country = code.toUpperCase();
  const subdivisions = field(record, 'subdivisions');
  return {
    // ZZ and XX stand for "nowhere" in some databases.
    country: /^[A-Z]{2}$/.test(country) && country !== 'ZZ' && country !== 'XX' ? country : '',
    region: text(field(record, 'state1')) || englishName(Array.isArray(subdivisions) ? subdivisions[0] : null),
    city: text(field(record, 'city')) || englishName(field(record, 'city')),
  };
}

function englishName(node: unknown): string {
  return text(field(field(node, 'names'), 'en'));
}

function field(node: unknown, name: string): unknown {
  return typeof node === 'object' && node !== null ? (node as Record<string, unknown>)[name] : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
