import { useQuery } from '@tanstack/react-query';
import type { Dimension } from '@waymark/contract';
import { useDeferredValue, useState } from 'react';
import { queries } from '../../api/queries.ts';
import { TableActions } from '../../components/data-table.tsx';
import { PlaceAttribution } from '../../components/place-attribution.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { TopList } from '../../components/top-list.tsx';
import type { Rows } from '../../format/delimited.ts';
import { dimensionName, dimensionWord } from '../../format/values.ts';
import { t } from '../../i18n/index.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { inputClass } from '../../ui/field.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { pickedOf, toggled, without } from './filters.ts';
import { matching, rowsOf } from './top-rows.ts';
import type { View } from './use-analytics.ts';

const ROWS_MAX = 1000;
const PLACES: readonly Dimension[] = ['country', 'region', 'city'];

/** All values of a dimension, up to a thousand, with a search among them. */
export function AllValues({ view, dimension }: { view: View; dimension: Dimension }) {
  const { question, filters, change } = view;
  const [text, setText] = useState('');
  const part = useDeferredValue(text);
  const query = useQuery(queries.top({ ...question, filter: without(filters, dimension), dimension, limit: ROWS_MAX }));
  const rows = rowsOf(dimension, query.data);
  const found = matching(rows, part);
  const name = dimensionName(dimension);
  const table: Rows = [
    [dimensionWord(dimension), t('common.clicksName'), t('common.visitorsName')],
    ...found.map(({ label, clicks, visitors }) => [label, clicks, visitors]),
  ];
  return (
    <Dialog
      open
      width="wide"
      onOpenChange={() => change({ all: undefined })}
      title={name}
      description={
        rows.length >= ROWS_MAX ? t('analytics.firstThousand') : t('analytics.valuesCount', { count: rows.length })
      }
    >
      <div className="mb-3 flex items-center gap-2">
        <input
          type="search"
          aria-label={t('analytics.filters.search', { what: name })}
          placeholder={t('analytics.filters.search', { what: name })}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className={inputClass}
        />
        <TableActions name={dimension} rows={table} />
      </div>
      <QueryView query={query} skeleton={<Skeleton className="h-96" />} empty={null}>
        {() =>
          found.length === 0 ? (
            <p className="py-8 text-center text-sm text-muted">
              {part === '' ? t('analytics.nothing') : t('analytics.nothingFound', { q: part })}
            </p>
          ) : (
            <TopList
              label={name}
              rows={found}
              total={rows.reduce((sum, { clicks }) => sum + clicks, 0)}
              picked={pickedOf(filters, dimension)}
              onPick={(value) => change({ filter: toggled(filters, dimension, value), all: undefined })}
            />
          )
        }
      </QueryView>
      {PLACES.includes(dimension) && <PlaceAttribution />}
    </Dialog>
  );
}
