import { useQuery } from '@tanstack/react-query';
import type { Dimension } from '@waymark/contract';
import { X } from 'lucide-react';
import { Fragment } from 'react';
import { queries } from '../../api/queries.ts';
import { dimensionWord, valueMark, valueName } from '../../format/values.ts';
import { t } from '../../i18n/index.ts';
import { useShortcut } from '../../keyboard/shortcuts.ts';
import { Button } from '../../ui/button.tsx';
import { Mark } from '../../ui/mark.tsx';
import { filterGroups, toggled } from './filters.ts';
import type { View } from './use-analytics.ts';

/** What the clicks are narrowed down to; each part can be taken away. */
export function FilterPills({ view: { filters, change } }: { view: View }) {
  const clear = () => change({ filter: undefined });
  const enabled = filters.length > 0;
  useShortcut(
    { keys: 'Escape', label: t('analytics.filters.clear'), group: t('analytics.keys.title'), enabled },
    clear,
  );
  if (!enabled) return null;
  return (
    <ul aria-label={t('analytics.filters.title')} className="flex flex-wrap items-center gap-2">
      {filterGroups(filters).map(({ dimension, values }) => (
        <li
          key={dimension}
          className="flex min-w-0 flex-wrap items-center gap-1 rounded-2xl bg-accent-soft py-0.5 pr-1 pl-3 text-sm"
        >
          <span className="text-muted">{dimensionWord(dimension)}</span>
          {values.map((value, index) => (
            <Fragment key={value}>
              {index > 0 && <span className="text-muted">{t('analytics.filters.or')}</span>}
              <Pill
                dimension={dimension}
                value={value}
                onRemove={() => change({ filter: toggled(filters, dimension, value) })}
              />
            </Fragment>
          ))}
        </li>
      ))}
      <li>
        <Button kind="quiet" size="small" onClick={clear}>
          {t('analytics.filters.clear')}
        </Button>
      </li>
    </ul>
  );
}

function Pill({ dimension, value, onRemove }: { dimension: Dimension; value: string; onRemove(): void }) {
  const { data: link } = useQuery({ ...queries.link(value), enabled: dimension === 'link' });
  const name = dimension === 'link' ? (link?.code ?? `#${value}`) : valueName(dimension, value);
  const mark = valueMark(dimension, value);
  return (
    <span className="inline-flex min-w-0 items-center gap-1 font-medium">
      {mark && <Mark text={mark} />}
      <span className="max-w-52 truncate">{name}</span>
      <button
        type="button"
        aria-label={t('analytics.filters.remove', { name })}
        onClick={onRemove}
        className="flex size-6 items-center justify-center rounded-full hover:bg-surface"
      >
        <X aria-hidden className="size-3.5" />
      </button>
    </span>
  );
}
