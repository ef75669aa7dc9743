import { ArrowDown, ArrowUp } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { t } from '../../i18n/index.ts';
import { classNames } from '../../ui/class-names.ts';
import { TABLE } from '../../ui/table-roles.ts';
import type { Column } from './columns.ts';
import type { Sort } from './links-search.ts';

/** What a press on a header sorts by, and by a second press. */
const SORTED_BY: Partial<Record<Column | 'link', readonly [Sort, Sort]>> = {
  link: ['code', '-code'],
  clicks: ['-clicks', 'clicks'],
  created: ['-createdAt', 'createdAt'],
  updated: ['-updatedAt', 'updatedAt'],
};

export interface ListHeaderProps {
  columns: readonly Column[];
  tracks: string;
  height: number;
  sort: Sort;
  deleted: boolean;
  allSelected: boolean;
  someSelected: boolean;
  onSort(sort: Sort): void;
  onSelectAll(): void;
}

/** Names of the columns; those that the API sorts by are buttons. Stays in view. */
export function ListHeader({ columns, tracks, height, sort, deleted, ...select }: ListHeaderProps) {
  return (
    <div
      {...TABLE.headerRow}
      className="sticky top-14 z-10 grid items-center gap-x-3 border-b border-line bg-sunken pr-2 pl-1.5 text-sm text-muted lg:top-0"
      style={{ height, gridTemplateColumns: tracks }}
    >
      <div {...TABLE.header}>
        <SelectAll {...select} />
      </div>
      <SortHeader column="link" sort={sort} {...select} />
      {columns.map((column) => (
        <SortHeader key={column} column={column} sort={sort} deleted={deleted} {...select} />
      ))}
      <div {...TABLE.header}>
        <span className="sr-only">{t('common.actions')}</span>
      </div>
    </div>
  );
}

function SelectAll({
  allSelected,
  someSelected,
  onSelectAll,
}: Pick<ListHeaderProps, 'allSelected' | 'someSelected' | 'onSelectAll'>) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current) input.current.indeterminate = someSelected && !allSelected;
  }, [someSelected, allSelected]);
  return (
    <label className="flex size-9 cursor-pointer items-center justify-center">
      <input
        ref={input}
        type="checkbox"
        className="size-4 accent-accent"
        aria-label={t('links.row.selectAll')}
        checked={allSelected}
        onChange={onSelectAll}
      />
    </label>
  );
}

function SortHeader({
  column,
  sort,
  deleted = false,
  onSort,
}: {
  column: Column | 'link';
  sort: Sort;
  deleted?: boolean;
  onSort(sort: Sort): void;
}) {
  const name = deleted && column === 'expires' ? t('links.row.restorableTitle') : t(`links.columns.${column}`);
  const by = SORTED_BY[column];
  const right = column === 'clicks' || column === 'redirect';
  if (by === undefined) {
    return (
      <div {...TABLE.header} className={classNames('truncate', right && 'text-right')} title={name}>
        {name}
      </div>
    );
  }
  const sorted = by.includes(sort);
  const descending = sort.startsWith('-');
  const Arrow = descending ? ArrowDown : ArrowUp;
  return (
    <div
      {...TABLE.sorted(sorted ? (descending ? 'descending' : 'ascending') : 'none')}
      className={classNames('flex min-w-0', right && 'justify-end')}
    >
      <button
        type="button"
        onClick={() => onSort(sort === by[0] ? by[1] : by[0])}
        className={classNames(
          'flex h-8 min-w-0 items-center gap-1 rounded-sm hover:text-text',
          sorted && 'font-medium text-text',
        )}
      >
        <span className="truncate">{name}</span>
        {sorted && <Arrow aria-hidden className="size-3.5 shrink-0" />}
      </button>
    </div>
  );
}
