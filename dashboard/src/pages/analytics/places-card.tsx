import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { queries } from '../../api/queries.ts';
import { QueryView } from '../../components/query-view.tsx';
import { t } from '../../i18n/index.ts';
import { Skeleton } from '../../ui/skeleton.tsx';
import { PLACE_TABS } from './analytics-search.ts';
import { pickedOf, toggled, without } from './filters.ts';
import { TopCard } from './top-card.tsx';
import { rowsOf } from './top-rows.ts';
import type { View } from './use-analytics.ts';

const WorldMap = lazy(() => import('../../charts/world-map.tsx').then((m) => ({ default: m.WorldMap })));
const COUNTRIES_MAX = 1000;

/** Where clicks came from: the world, and down to its cities. */
export function PlacesCard({ view }: { view: View }) {
  const { data: system } = useQuery(queries.system());
  return (
    <TopCard
      view={view}
      title={t('analytics.cards.places')}
      tabs={PLACE_TABS}
      tab={view.search.places ?? 'map'}
      onTab={(places) => view.change({ places: places === 'map' ? undefined : places })}
      other={{ map: { label: t('analytics.map.tab'), view: <Countries view={view} /> } }}
      foot={
        <p className="mt-auto pt-2 text-right text-xs text-muted">
          <a href="https://db-ip.com" target="_blank" rel="noreferrer" className="underline">
            {system?.geo.attribution ?? 'IP Geolocation by DB-IP'}
          </a>
        </p>
      }
    />
  );
}

function Countries({ view: { question, filters, change, refetch } }: { view: View }) {
  const query = useQuery({
    ...queries.top({ ...question, filter: without(filters, 'country'), dimension: 'country', limit: COUNTRIES_MAX }),
    ...refetch,
  });
  const skeleton = <Skeleton className="h-76" />;
  return (
    <QueryView query={query} skeleton={skeleton} empty={null}>
      {(top) => (
        <Suspense fallback={skeleton}>
          <WorldMap
            label={t('analytics.map.label')}
            rows={rowsOf('country', top)}
            picked={pickedOf(filters, 'country')}
            // Into the country: its regions, and with their tab its cities, are what is asked for next.
            onPick={(country) => change({ filter: toggled(filters, 'country', country), places: 'region' })}
          />
        </Suspense>
      )}
    </QueryView>
  );
}
