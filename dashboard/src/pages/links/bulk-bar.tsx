import type { Link } from '@waymark/contract/v1/links';
import { CalendarClock, ClipboardCopy, FileDown, Power, PowerOff, RotateCcw, Trash2, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { download } from '../../components/download.ts';
import { sayDone } from '../../components/toasts.tsx';
import { t } from '../../i18n/index.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { copyText } from '../../ui/copy-button.tsx';
import { linksCsv } from './links-csv.ts';
import { sayCopied } from './say-copied.ts';
import type { LinkChanges } from './use-link-changes.ts';

export interface BulkBarProps {
  links: readonly Link[];
  deleted: boolean;
  changes: LinkChanges;
  /** Why nothing can be changed; null where it can. */
  refusal: string | null;
  onExpiry(): void;
  onClear(): void;
}

/** What can be done with all selected links; floats over the page's lower end while some are. */
export function BulkBar({ links, deleted, changes, refusal, onExpiry, onClear }: BulkBarProps) {
  const { progress } = changes;
  const count = links.length;
  const reason = refusal ?? (progress === null ? null : t('links.bulk.busy'));
  const change = (label: string, icon: ReactNode, run: () => unknown, danger = false) => (
    <Button
      size="small"
      kind={danger ? 'danger' : 'quiet'}
      icon={icon}
      disabledReason={reason}
      onClick={() => void run()}
    >
      {label}
    </Button>
  );
  const exportCsv = () => {
    download('waymark-links.csv', linksCsv(links));
    sayDone(t('links.done.exported', { count }));
  };
  return (
    <section
      aria-label={t('links.bulk.label')}
      className="fixed bottom-3 left-1/2 z-20 flex w-max max-w-[calc(100vw-1.5rem)] -translate-x-1/2 items-center gap-1 rounded-xl border border-line-strong/50 bg-raised p-1.5 shadow-raised lg:left-[calc(50%+7rem)] lg:max-w-[calc(100vw-16rem)]"
    >
      <p aria-live="polite" className="shrink-0 px-2 text-sm font-medium tabular-nums">
        {progress === null || progress.total < 2
          ? t('links.bulk.count', { count })
          : t('links.bulk.progress', { done: progress.done, total: progress.total })}
      </p>
      <div className="flex min-w-0 items-center gap-1 overflow-x-auto">
        {deleted ? (
          change(t('links.bulk.restore'), <RotateCcw aria-hidden className="size-4" />, () => changes.restore(links))
        ) : (
          <>
            {change(t('links.bulk.switchOn'), <Power aria-hidden className="size-4" />, () =>
              changes.change(links, { active: true }),
            )}
            {change(t('links.bulk.switchOff'), <PowerOff aria-hidden className="size-4" />, () =>
              changes.change(links, { active: false }),
            )}
            {change(t('links.bulk.expiry'), <CalendarClock aria-hidden className="size-4" />, onExpiry)}
            <Button
              size="small"
              kind="quiet"
              icon={<ClipboardCopy aria-hidden className="size-4" />}
              onClick={() => void sayCopied(() => copyText(links.map(({ shortUrl }) => shortUrl).join('\n')), count)}
            >
              {t('links.bulk.copy')}
            </Button>
          </>
        )}
        <Button size="small" kind="quiet" icon={<FileDown aria-hidden className="size-4" />} onClick={exportCsv}>
          {t('links.bulk.csv')}
        </Button>
        {!deleted &&
          change(t('links.bulk.delete'), <Trash2 aria-hidden className="size-4" />, () => changes.remove(links), true)}
      </div>
      <IconButton size="small" label={t('links.bulk.clear')} icon={<X aria-hidden />} onClick={onClear} />
    </section>
  );
}
