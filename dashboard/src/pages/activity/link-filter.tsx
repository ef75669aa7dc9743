import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { ChevronDown, Link2 } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { queries } from '../../api/queries.ts';
import { type PickItem, PickList } from '../../components/pick-list.tsx';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { Popover } from '../../ui/popover.tsx';

const LINKS_SHOWN = 20;

/** Whose events are shown: those of all links, or of one that is found by its name. */
export function LinkFilter({ link, onChange }: { link: string | undefined; onChange(link: string | undefined): void }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const q = useDeferredValue(text.trim());
  const { data: chosen } = useQuery({ ...queries.link(link ?? ''), enabled: link !== undefined });
  const found = useInfiniteQuery({
    ...queries.links({ limit: LINKS_SHOWN, ...(q === '' ? { sort: '-clicks' as const } : { q }) }),
    enabled: open,
  });
  const links: PickItem[] = (found.data?.pages[0]?.data ?? []).map(({ id, code, title, url }) => ({
    value: id,
    label: code,
    detail: title ?? url,
  }));
  const name = link === undefined ? t('activity.allLinks') : (chosen?.code ?? `#${link}`);
  return (
    <Popover
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setText('');
      }}
      label={t('activity.chooseLink')}
      trigger={
        <Button className="max-w-56 min-w-0" icon={<Link2 aria-hidden className="size-4" />}>
          <span className="sr-only">{t('activity.link')}: </span>
          <span className="truncate">{name}</span>
          <ChevronDown aria-hidden className="size-4 shrink-0" />
        </Button>
      }
    >
      <PickList
        label={t('activity.chooseLink')}
        placeholder={t('activity.searchLinks')}
        text={text}
        onText={setText}
        items={q === '' ? [{ value: '', label: t('activity.allLinks') }, ...links] : links}
        onPick={(id) => {
          setOpen(false);
          onChange(id === '' ? undefined : id);
        }}
        empty={t('activity.noLink', { q })}
        isLoading={found.isFetching}
      />
    </Popover>
  );
}
