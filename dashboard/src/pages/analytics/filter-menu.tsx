import { useQuery } from '@tanstack/react-query';
import { DIMENSIONS, type Dimension } from '@waymark/contract';
import { ArrowLeft, ListFilter } from 'lucide-react';
import { useState } from 'react';
import { queries } from '../../api/queries.ts';
import { PickList } from '../../components/pick-list.tsx';
import { formatCount } from '../../format/numbers.ts';
import { dimensionName, dimensionWord } from '../../format/values.ts';
import { t } from '../../i18n/index.ts';
import { useShortcut } from '../../keyboard/shortcuts.ts';
import { Button } from '../../ui/button.tsx';
import { Popover } from '../../ui/popover.tsx';
import { pickedOf, toggled, without } from './filters.ts';
import { matching, rowsOf } from './top-rows.ts';
import type { View } from './use-analytics.ts';

const VALUES_SHOWN = 100;

/** Adds any value of any dimension to the filters, by search. */
export function FilterMenu({ view }: { view: View }) {
  const [open, setOpen] = useState(false);
  const [dimension, setDimension] = useState<Dimension | null>(null);
  const [text, setText] = useState('');
  useShortcut({ keys: 'f', label: t('analytics.filters.add'), group: t('analytics.keys.title') }, () => toggle(true));
  const toggle = (next: boolean) => {
    setOpen(next);
    setDimension(null);
    setText('');
  };
  const dimensions = (Object.keys(DIMENSIONS) as Dimension[]).filter((name) => name !== 'link' || view.link === null);
  return (
    <Popover
      open={open}
      onOpenChange={toggle}
      label={t('analytics.filters.add')}
      trigger={
        <Button size="small" icon={<ListFilter aria-hidden className="size-4" />}>
          {t('analytics.filters.filter')}
        </Button>
      }
    >
      {dimension === null ? (
        <PickList
          label={t('analytics.filters.by')}
          placeholder={t('analytics.filters.by')}
          text={text}
          onText={setText}
          items={dimensions
            .map((value) => ({ value, label: dimensionWord(value) }))
            .filter(({ label }) => label.toLowerCase().includes(text.trim().toLowerCase()))}
          onPick={(value) => {
            setDimension(dimensions.find((name) => name === value) ?? null);
            setText('');
          }}
          empty={t('analytics.nothingFound', { q: text })}
          isLoading={false}
        />
      ) : (
        <div className="flex flex-col gap-2">
          <Button
            size="small"
            kind="quiet"
            className="self-start"
            icon={<ArrowLeft aria-hidden className="size-4" />}
            onClick={() => setDimension(null)}
          >
            {dimensionName(dimension)}
          </Button>
          <Values view={view} dimension={dimension} text={text} onText={setText} />
        </div>
      )}
    </Popover>
  );
}

function Values({
  view: { question, filters, change },
  dimension,
  text,
  onText,
}: {
  view: View;
  dimension: Dimension;
  text: string;
  onText(text: string): void;
}) {
  const { data, isFetching } = useQuery(
    queries.top({ ...question, filter: without(filters, dimension), dimension, limit: 1000 }),
  );
  const picked = pickedOf(filters, dimension);
  const rows = matching(rowsOf(dimension, data), text).slice(0, VALUES_SHOWN);
  return (
    <PickList
      key={dimension}
      label={dimensionName(dimension)}
      placeholder={t('analytics.filters.search', { what: dimensionName(dimension) })}
      text={text}
      onText={onText}
      items={rows.map(({ value, label, mark, clicks }) => ({
        value,
        label,
        mark: mark ?? null,
        detail: formatCount(clicks),
        checked: picked.includes(value),
      }))}
      onPick={(value) => change({ filter: toggled(filters, dimension, value) })}
      empty={text === '' ? t('analytics.nothing') : t('analytics.nothingFound', { q: text })}
      isLoading={isFetching}
    />
  );
}
