import { Link as RouterLink } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { ImportRow } from '@waymark/contract/v1/imports';
import { useEffect, useRef } from 'react';
import { paths } from '../../app/paths.ts';
import { formatCount } from '../../format/numbers.ts';
import { t } from '../../i18n/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { TABLE } from '../../ui/table-roles.ts';

const ROW_PX = 40;
const AHEAD = 40;
const TONES = { created: 'good', skipped: 'warn', error: 'danger', undone: 'neutral' } as const;
const GRID =
  'grid grid-cols-[4rem_7.5rem_minmax(0,1fr)_5.5rem] items-center gap-x-3 max-sm:grid-cols-[3.5rem_6.5rem_minmax(10rem,1fr)_5rem]';

export interface ReportRowsProps {
  rows: readonly ImportRow[];
  /** null: nothing to load, or loading. */
  loadMore: (() => void) | null;
  complete: boolean;
}

/** Rows of a report, of which only those in view are in the document. */
export function ReportRows({ rows, loadMore, complete }: ReportRowsProps) {
  const scroller = useRef<HTMLElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const wantsMore = loadMore !== null && last >= rows.length - AHEAD;
  useEffect(() => {
    if (wantsMore) loadMore?.();
  }, [wantsMore, loadMore]);
  return (
    <section
      ref={scroller}
      aria-label={t('imports.report.title')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
      tabIndex={0}
      className="max-h-[60vh] overflow-auto text-sm"
    >
      <div {...TABLE.table(t('imports.report.title'), complete ? rows.length : null)} className="max-sm:min-w-lg">
        <div {...TABLE.headerRow} className={`${GRID} sticky top-0 z-10 h-9 bg-surface text-muted`}>
          <div {...TABLE.header} className="text-right">
            {t('imports.report.row')}
          </div>
          <div {...TABLE.header}>{t('imports.report.outcome')}</div>
          <div {...TABLE.header}>{t('imports.report.reason')}</div>
          <div {...TABLE.header}>{t('imports.report.link')}</div>
        </div>
        <div {...TABLE.rows} className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {items.map(({ index, start, key }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <div
                key={key}
                {...TABLE.row(index)}
                className={`${GRID} absolute inset-x-0 top-0 border-t border-line`}
                style={{ height: ROW_PX, transform: `translateY(${start}px)` }}
              >
                <div {...TABLE.cell} className="text-right text-muted tabular-nums">
                  {formatCount(row.row)}
                </div>
                <div {...TABLE.cell}>
                  <Badge tone={TONES[row.outcome]}>{t(`imports.report.outcomes.${row.outcome}`)}</Badge>
                </div>
                <div {...TABLE.cell} className="truncate" title={row.reason ?? undefined}>
                  {row.reason}
                </div>
                <div {...TABLE.cell}>
                  {row.linkId !== null && row.outcome !== 'undone' && (
                    <RouterLink
                      {...paths.link(row.linkId)}
                      preload={false}
                      className="rounded-sm text-accent underline"
                    >
                      {t('imports.report.openLink')}
                    </RouterLink>
                  )}
                </div>
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}
