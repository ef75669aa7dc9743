import { Link } from '@tanstack/react-router';
import { FileUp, KeyRound, Link2, Terminal } from 'lucide-react';
import type { ReactNode } from 'react';
import { paths } from '../../app/paths.ts';
import { t } from '../../i18n/index.ts';
import { buttonClass } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';

/** What to do while there is no link yet. */
export function FirstSteps() {
  const command = [
    `curl ${location.origin}/api/v1/links \\`,
    '  -H "Authorization: Bearer $WAYMARK_API_KEY" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d '{"url": "https://example.com"}'`,
  ].join('\n');
  return (
    <section aria-labelledby="first-steps" className="rounded-xl border border-line bg-surface p-5 sm:p-6">
      <h2 id="first-steps" className="text-base font-semibold">
        {t('home.first.title')}
      </h2>
      <p className="mt-1 max-w-2xl text-sm text-muted">{t('home.first.text')}</p>
      <ol className="mt-5 grid gap-5 md:grid-cols-2">
        <Step icon={<Link2 />} title={t('home.first.link.title')} text={t('home.first.link.text')}>
          <Link {...paths.newLink()} className={buttonClass('primary', 'small')}>
            {t('shell.newLink')}
          </Link>
        </Step>
        <Step icon={<FileUp />} title={t('home.first.import.title')} text={t('home.first.import.text')}>
          <Link to={paths.imports()} className={buttonClass('plain', 'small')}>
            {t('home.first.import.action')}
          </Link>
        </Step>
        <Step icon={<KeyRound />} title={t('home.first.key.title')} text={t('home.first.key.text')}>
          <Link to={paths.keys()} className={buttonClass('plain', 'small')}>
            {t('home.first.key.action')}
          </Link>
        </Step>
        <Step icon={<Terminal />} title={t('home.first.curl.title')} text={t('home.first.curl.text')}>
          <div className="flex items-start gap-1 rounded-md bg-sunken p-2">
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
            <pre tabIndex={0} className="min-w-0 flex-1 overflow-x-auto font-mono text-xs leading-5">
              {command}
            </pre>
            <CopyButton text={command} label={t('home.first.curl.copy')} />
          </div>
        </Step>
      </ol>
    </section>
  );
}

function Step({ icon, title, text, children }: { icon: ReactNode; title: string; text: string; children: ReactNode }) {
  return (
    <li className="flex min-w-0 gap-3">
      <span aria-hidden className="h-fit rounded-full bg-accent-soft p-2 text-accent [&_svg]:size-4">
        {icon}
      </span>
      <div className="min-w-0 flex-1">
        <h3 className="text-sm font-semibold">{title}</h3>
        <p className="mb-2 text-sm text-muted">{text}</p>
        {children}
      </div>
    </li>
  );
}
