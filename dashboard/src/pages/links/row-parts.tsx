import type { Link } from '@waymark/contract/v1/links';
import { LinkBadges } from '../../components/link-badges.tsx';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ShortLink } from './link-cells.tsx';
import type { RowAction } from './row-actions.ts';

/** What a row is given, as a line of the table or as a card. Handlers stay the same from render to render. */
export interface RowProps {
  link: Link;
  /** From 0, among all that are loaded. */
  index: number;
  /** Pixels from the top of the list. */
  top: number;
  height: number;
  selected: boolean;
  /** Whether Tab leads into this row. */
  current: boolean;
  now: number;
  /** Why nothing can be changed; null where it can. */
  refusal: string | null;
  onAct(action: RowAction, link: Link): void;
  onSelect(link: Link, extend: boolean): void;
}

/** Chooses a row; with Shift all rows from the one chosen before. The target is 36 px each way. */
export function RowCheckbox({ link, selected, current, onSelect }: RowProps) {
  return (
    <label className="flex size-9 cursor-pointer items-center justify-center">
      <input
        type="checkbox"
        className="size-4 accent-accent"
        tabIndex={current ? 0 : -1}
        aria-label={t('links.row.select', { code: link.code })}
        checked={selected}
        onChange={(event) => {
          const { nativeEvent } = event;
          onSelect(link, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey);
        }}
      />
    </label>
  );
}

/** Short link with its copy button, of a deleted link with the way back, and its title and state below. */
export function Name({
  link,
  current,
  now,
  refusal,
  onAct,
}: Pick<RowProps, 'link' | 'current' | 'now' | 'refusal' | 'onAct'>) {
  return (
    <div className="min-w-0">
      <div className="flex h-7 items-center gap-1">
        <ShortLink link={link} tabIndex={current ? 0 : -1} />
        {link.deletedAt === null ? (
          <CopyButton text={link.shortUrl} label={t('links.row.copy', { url: link.shortUrl })} />
        ) : (
          <Button
            size="small"
            aria-label={t('links.row.restore', { code: link.code })}
            tabIndex={current ? 0 : -1}
            className="ml-1 h-7!"
            disabledReason={refusal}
            onClick={() => onAct('restore', link)}
          >
            {t('links.actions.restore')}
          </Button>
        )}
      </div>
      <div className="flex min-w-0 items-center gap-1.5 text-sm text-muted">
        <LinkBadges link={link} now={now} />
        {link.title !== null && (
          <span className="min-w-0 truncate" title={link.title}>
            {link.title}
          </span>
        )}
      </div>
    </div>
  );
}
