import { memo } from 'react';
import { t } from '../../i18n/index.ts';
import { classNames } from '../../ui/class-names.ts';
import { LIST } from '../../ui/table-roles.ts';
import { Ago, Clicks, Destination, Trend } from './link-cells.tsx';
import { LinkMenu } from './link-menu.tsx';
import { Name, RowCheckbox, type RowProps } from './row-parts.tsx';

/** A link as a card, where the page is narrow. */
export const LinkCard = memo(function LinkCard({ count, ...row }: RowProps & { count: number | null }) {
  const { link, index, top, height, selected, current, now, refusal, onAct } = row;
  return (
    <div
      {...LIST.item(index, count)}
      data-link={link.id}
      className={classNames(
        'absolute inset-x-0 top-0 flex flex-col justify-center gap-0.5 border-b border-line py-2 pr-2 pl-1',
        selected && 'bg-accent-soft/50',
      )}
      style={{ height, transform: `translateY(${top}px)` }}
    >
      <div className="flex items-start gap-1">
        <RowCheckbox {...row} />
        <div className="min-w-0 flex-1">
          <Name {...{ link, current, now, refusal, onAct }} />
        </div>
        <LinkMenu {...{ link, refusal, onAct }} tabIndex={current ? 0 : -1} />
      </div>
      <div className="flex flex-col gap-0.5 pl-10 text-sm">
        <Destination url={link.url} tabIndex={current ? 0 : -1} />
        <div className="flex h-7 items-center gap-3">
          <Clicks link={link} />
          <span className="sr-only">{t('links.row.people')}</span>
          {link.deletedAt === null && <Trend id={link.id} className="h-7 w-16" />}
          {link.lastClickAt !== null && (
            <span className="ml-auto truncate text-muted">
              <Ago at={link.lastClickAt} now={now} />
            </span>
          )}
        </div>
      </div>
    </div>
  );
});
