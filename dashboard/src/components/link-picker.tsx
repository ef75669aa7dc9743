import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { ChevronDown, Link2 } from 'lucide-react';
import { useState } from 'react';
import { queries } from '../api/queries.ts';
import { t } from '../i18n/index.ts';
import { Button } from '../ui/button.tsx';
import { Popover } from '../ui/popover.tsx';
import { type PickItem, PickList } from './pick-list.tsx';

const LINKS_SHOWN = 20;

export interface LinkPickerProps {
  /** Id of the chosen link; null for all links. */
  link: string | null;
  onPick(link: string | null): void;
  /** @default 'small' */
  size?: 'small' | 'medium';
}

/** All links, or one that is found by its name. */
export function LinkPicker({ link, onPick, size = 'small' }: LinkPickerProps) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const q = text.trim();
  const { data: chosen } = useQuery({ ...queries.link(link ?? ''), enabled: link !== null });
  const found = useInfiniteQuery({
    ...queries.links({ limit: LINKS_SHOWN, ...(q === '' ? { sort: '-clicks' as const } : { q }) }),
    enabled: open,
  });
  // Never what was found before: Enter takes what belongs to the text.
  const shown = found.isPlaceholderData ? [] : (found.data?.pages[0]?.data ?? []);
  const links: PickItem[] = shown.map(({ id, code, title, url }) => ({
    value: id,
    label: code,
    detail: title ?? url,
  }));
  const all: PickItem = { value: '', label: t('common.linkPicker.all') };
  return (
    <Popover
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setText('');
      }}
      label={t('common.linkPicker.choose')}
      trigger={
        <Button size={size} className="max-w-56 min-w-0 shrink!" icon={<Link2 aria-hidden className="size-4" />}>
          <span className="sr-only">{t('common.linkPicker.name')}: </span>
          <span className="truncate">{link === null ? all.label : (chosen?.code ?? `#${link}`)}</span>
          <ChevronDown aria-hidden className="size-4 shrink-0" />
        </Button>
      }
    >
      <PickList
        label={t('common.linkPicker.choose')}
        placeholder={t('common.linkPicker.search')}
        text={text}
        onText={setText}
        items={q === '' ? [all, ...links] : links}
        onPick={(id) => {
          setOpen(false);
          onPick(id === '' ? null : id);
        }}
        empty={t('common.linkPicker.nothing', { q })}
        isLoading={found.isFetching}
      />
    </Popover>
  );
}
