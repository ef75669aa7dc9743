import { Link as RouterLink } from '@tanstack/react-router';
import { LIMITS } from '@waymark/contract';
import { ArchiveRestore, Link2, Plus, SearchX } from 'lucide-react';
import { paths } from '../../app/paths.ts';
import { ImportButton } from '../../components/csv-upload.tsx';
import { t } from '../../i18n/index.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import type { LinksSearch } from './links-search.ts';

/** Where the list holds nothing: why, and what to do. */
export function LinksEmpty({ search: { q, show }, onClear }: { search: LinksSearch; onClear(): void }) {
  const box = 'rounded-xl border border-line bg-surface';
  if (q === undefined && show === 'deleted') {
    return (
      <div className={box}>
        <EmptyState
          icon={<ArchiveRestore />}
          title={t('links.noDeleted.title')}
          text={t('links.noDeleted.text', { days: LIMITS.restoreDays })}
        />
      </div>
    );
  }
  if (q !== undefined || show !== undefined) {
    return (
      <div className={box}>
        <EmptyState
          icon={<SearchX />}
          title={t('links.noMatch.title')}
          text={t('links.noMatch.text')}
          action={<Button onClick={onClear}>{t('links.noMatch.clear')}</Button>}
        />
      </div>
    );
  }
  return (
    <div className={box}>
      <EmptyState
        icon={<Link2 />}
        title={t('links.empty.title')}
        text={t('links.empty.text')}
        action={
          <>
            <RouterLink {...paths.newLink()} className={buttonClass('primary')}>
              <Plus aria-hidden className="size-4" />
              {t('shell.newLink')}
            </RouterLink>
            <ImportButton />
          </>
        }
      />
      <ApiExample />
    </div>
  );
}

function ApiExample() {
  const command = [
    `curl ${location.origin}/api/v1/links`,
    `  -H 'Authorization: Bearer YOUR_KEY'`,
    `  -H 'Content-Type: application/json'`,
    `  -d '{"url":"https://example.com/"}'`,
  ].join(' \\\n');
  return (
    <div className="mx-auto max-w-xl px-6 pb-10">
      <p className="mb-1.5 text-sm text-muted">{t('links.empty.api')}</p>
      <div className="flex items-start justify-between gap-2 rounded-md border border-line bg-sunken py-1.5 pr-1 pl-3">
        <pre className="min-w-0 overflow-x-auto py-1 font-mono text-xs leading-5">{command}</pre>
        <CopyButton text={command} label={t('common.copyNamed', { what: 'curl' })} />
      </div>
    </div>
  );
}
