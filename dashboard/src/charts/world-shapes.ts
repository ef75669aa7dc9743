import { geoEqualEarth, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import atlas from 'world-atlas/countries-110m.json';
import { countryCode } from './country-codes.ts';

export const MAP_WIDTH = 960;
export const MAP_HEIGHT = 470;

/** A country as it is drawn. */
export interface CountryShape {
  /** ISO 3166-1 alpha-2; null for what no click is counted under. */
  code: string | null;
  key: string;
  path: string;
  /** Where a label points to. Units: those of the picture. */
  centre: [number, number];
}

const ANTARCTICA = '010';

/** The countries of the world, in a projection that keeps their areas. Source: Natural Earth, by world-atlas. */
export function worldShapes(): CountryShape[] {
  const world = atlas as unknown as Topology<{ countries: GeometryCollection<{ name: string }> }>;
  const { features } = feature(world, world.objects.countries);
  const countries = features.filter(({ id }) => id !== ANTARCTICA);
  const projection = geoEqualEarth().fitSize([MAP_WIDTH, MAP_HEIGHT], {
    type: 'FeatureCollection',
    features: countries,
  });
  const draw = geoPath(projection).digits(1);
  return countries.map((country) => ({
    code: countryCode(country.id === undefined ? undefined : String(country.id), country.properties.name),
    key: country.properties.name,
    path: draw(country) ?? '',
    centre: draw.centroid(country),
  }));
}
