import { useQuery } from '@tanstack/react-query';
import { queries } from '../api/queries.ts';

/** Who knows the places. It must stand wherever places are shown. Source: CC BY 4.0, under which the database is given. */
export function PlaceAttribution() {
  const { data: system } = useQuery(queries.system());
  return (
    <p className="mt-auto pt-2 text-right text-xs text-muted">
      <a href="https://db-ip.com" target="_blank" rel="noreferrer" className="underline">
        {system?.geo.attribution ?? 'IP Geolocation by DB-IP'}
      </a>
    </p>
  );
}
