import { ArrowDownUp, Columns3 } from 'lucide-react';
import type { RefObject } from 'react';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { Menu, MenuCheck, MenuChoice, MenuHeading } from '../../ui/menu.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { COLUMN_NAMES, type Column } from './columns.ts';
import { type LinksSearch, SHOWS, type Show, SORT_DEFAULT, SORTS } from './links-search.ts';
import { SearchBox } from './search-box.tsx';

export interface LinksToolbarProps {
  search: LinksSearch;
  onSearch(change: LinksSearch, replace?: boolean): void;
  columns: readonly Column[];
  onColumns(columns: readonly Column[]): void;
  searchRef: RefObject<HTMLInputElement | null>;
}

/** Search, filters, order and columns. All but the columns stands in the address. */
export function LinksToolbar({ search, onSearch, columns, onColumns, searchRef }: LinksToolbarProps) {
  const { q = '', show, sort = SORT_DEFAULT } = search;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchBox value={q} onChange={(next) => onSearch({ ...search, q: next }, true)} inputRef={searchRef} />
      <div className="max-w-full overflow-x-auto">
        <Segmented<Show | 'all'>
          label={t('links.show.label')}
          value={show ?? 'all'}
          onChange={(next) => onSearch(withShow(search, next))}
          choices={(['all', ...SHOWS] as const).map((value) => ({ value, label: t(`links.show.${value}`) }))}
        />
      </div>
      <Menu
        trigger={
          <Button
            icon={<ArrowDownUp aria-hidden className="size-4" />}
            aria-label={t('links.sort.named', { by: t(`links.sort.${sort}`) })}
          >
            {t(`links.sort.${sort}`)}
          </Button>
        }
      >
        <MenuHeading>{t('links.sort.label')}</MenuHeading>
        <MenuChoice
          value={sort}
          onChange={(next) => onSearch({ ...search, sort: next })}
          choices={SORTS.map((value) => ({ value, label: t(`links.sort.${value}`) }))}
        />
      </Menu>
      <div className="max-sm:hidden">
        <Menu trigger={<Button icon={<Columns3 aria-hidden className="size-4" />}>{t('links.columns.label')}</Button>}>
          <MenuHeading>{t('links.columns.label')}</MenuHeading>
          {COLUMN_NAMES.map((name) => (
            <MenuCheck
              key={name}
              checked={columns.includes(name)}
              onChange={(on) => onColumns(COLUMN_NAMES.filter((each) => (each === name ? on : columns.includes(each))))}
            >
              {t(`links.columns.${name}`)}
            </MenuCheck>
          ))}
        </Menu>
      </div>
    </div>
  );
}

function withShow({ show: _, ...rest }: LinksSearch, show: Show | 'all'): LinksSearch {
  return show === 'all' ? rest : { ...rest, show };
}
