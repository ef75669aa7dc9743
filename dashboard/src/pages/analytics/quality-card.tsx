import { useQuery } from '@tanstack/react-query';
import { QUALITIES, type Quality } from '@waymark/contract';
import { queries } from '../../api/queries.ts';
import { QueryView } from '../../components/query-view.tsx';
import { TopList } from '../../components/top-list.tsx';
import { formatCount, formatShare } from '../../format/numbers.ts';
import { qualityName } from '../../format/values.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { pickedOf, toggled, without } from './filters.ts';
import { rowsOf } from './top-rows.ts';
import type { View } from './use-analytics.ts';

const REASONS = 5;
const COLOURS: Record<Quality, string> = {
  human: 'var(--chart-1)',
  bot: 'var(--chart-6)',
  preview: 'var(--chart-4)',
  prefetch: 'var(--chart-2)',
  monitor: 'var(--chart-3)',
  duplicate: 'var(--chart-5)',
};

/** All clicks by what made them, and why: where those are that the figures of people leave out. */
export function QualityCard({ view }: { view: View }) {
  const { question, filters, search, change, refetch } = view;
  const filter = without(without(filters, 'quality'), 'reason');
  const asked = { ...question, quality: 'all' as const, filter };
  const query = useQuery({ ...queries.top({ ...asked, dimension: 'quality' }), ...refetch });
  const reasons = useQuery({ ...queries.top({ ...asked, dimension: 'reason', limit: REASONS + 1 }), ...refetch });
  const shown = search.quality ?? 'human';
  return (
    <Card title={t('analytics.cards.quality')}>
      <p className="mb-3 text-sm text-muted">{t('analytics.quality.hint')}</p>
      <QueryView query={query} skeleton={<Skeleton className="h-60" />} empty={null}>
        {({ data }) => {
          const all = data.reduce((sum, { clicks }) => sum + clicks, 0);
          const counts = QUALITIES.map((quality) => ({
            quality,
            clicks: data.find(({ value }) => value === quality)?.clicks ?? 0,
          }));
          return (
            <>
              <div aria-hidden className="flex h-3 gap-px overflow-hidden rounded-full bg-sunken">
                {counts.map(({ quality, clicks }) => (
                  <span
                    key={quality}
                    style={{ width: `${all > 0 ? (clicks / all) * 100 : 0}%`, background: COLOURS[quality] }}
                  />
                ))}
              </div>
              <ul className="mt-2 grid grid-cols-[repeat(auto-fit,minmax(15.5rem,1fr))] gap-x-4">
                {counts.map(({ quality, clicks }) => (
                  <li key={quality}>
                    <button
                      type="button"
                      aria-pressed={quality === shown}
                      title={t('analytics.quality.show', { what: qualityName(quality) })}
                      onClick={() => change({ quality: quality === 'human' ? undefined : quality })}
                      className="flex w-full items-center gap-2 rounded-md px-1.5 py-1 text-sm tabular-nums hover:bg-sunken aria-pressed:font-semibold"
                    >
                      <span
                        aria-hidden
                        className="size-2.5 shrink-0 rounded-full"
                        style={{ background: COLOURS[quality] }}
                      />
                      <span className="min-w-0 flex-1 truncate text-left">{qualityName(quality)}</span>
                      <span>{formatCount(clicks)}</span>
                      <span className="w-12 text-right text-muted">{all > 0 ? formatShare(clicks / all) : '–'}</span>
                    </button>
                  </li>
                ))}
              </ul>
            </>
          );
        }}
      </QueryView>
      <h3 className="mt-4 mb-1 text-sm font-semibold">{t('analytics.quality.why')}</h3>
      <QueryView query={reasons} skeleton={<Skeleton className="h-40" />} empty={null}>
        {(top) => {
          // Clicks of people have no reason.
          const rows = rowsOf('reason', top).filter(({ value }) => value !== '');
          if (rows.length === 0) return <p className="text-sm text-muted">{t('analytics.quality.peopleOnly')}</p>;
          return (
            <>
              <TopList
                label={t('analytics.dimensions.reason')}
                rows={rows.slice(0, REASONS)}
                picked={pickedOf(filters, 'reason')}
                onPick={(value) => change({ quality: 'all', filter: orNone(toggled(filters, 'reason', value)) })}
              />
              {rows.length > REASONS - 1 && (
                <Button
                  kind="quiet"
                  size="small"
                  className="mx-auto mt-1 flex! text-muted"
                  aria-label={t('analytics.showAllOf', { what: t('analytics.dimensions.reason') })}
                  onClick={() => change({ quality: 'all', all: 'reason' })}
                >
                  {t('analytics.showAll')}
                </Button>
              )}
            </>
          );
        }}
      </QueryView>
    </Card>
  );
}

function orNone(filter: string[]): string[] | undefined {
  return filter.length > 0 ? filter : undefined;
}
