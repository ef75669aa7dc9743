import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { ChevronDown, Link2 } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { queries } from '../../api/queries.ts';
import { type PickItem, PickList } from '../../components/pick-list.tsx';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { Popover } from '../../ui/popover.tsx';
import type { View } from './use-analytics.ts';

const LINKS_SHOWN = 20;

/** Whose clicks are looked at: those of all links, or of one that is found by its name. */
export function LinkPicker({ view: { link, change } }: { view: View }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const q = useDeferredValue(text.trim());
  const { data: chosen } = useQuery({ ...queries.link(link ?? ''), enabled: link !== null });
  const found = useInfiniteQuery({
    ...queries.links({ limit: LINKS_SHOWN, ...(q === '' ? { sort: '-clicks' as const } : { q }) }),
    enabled: open,
  });
  const links: PickItem[] = (found.data?.pages[0]?.data ?? []).map(({ id, code, title, url }) => ({
    value: id,
    label: code,
    detail: title ?? url,
  }));
  const all: PickItem = { value: '', label: t('analytics.allLinks') };
  return (
    <Popover
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setText('');
      }}
      label={t('analytics.chooseLink')}
      trigger={
        <Button size="small" className="max-w-56 min-w-0 shrink!" icon={<Link2 aria-hidden className="size-4" />}>
          <span className="truncate">{link === null ? t('analytics.allLinks') : (chosen?.code ?? `#${link}`)}</span>
          <ChevronDown aria-hidden className="size-4 shrink-0" />
        </Button>
      }
    >
      <PickList
        label={t('analytics.chooseLink')}
        placeholder={t('analytics.searchLinks')}
        text={text}
        onText={setText}
        items={q === '' ? [all, ...links] : links}
        onPick={(id) => {
          setOpen(false);
          change({ link: id === '' ? undefined : id });
        }}
        empty={t('analytics.nothingFound', { q })}
        isLoading={found.isFetching}
      />
    </Popover>
  );
}
