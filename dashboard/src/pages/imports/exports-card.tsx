import { getRouteApi } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { preferences } from '../../app/preferences.ts';
import { t } from '../../i18n/index.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { PERIODS, type Period, periodOf } from './export-period.ts';

const route = getRouteApi('/shell/imports');
const FORMATS = ['csv', 'json'] as const;

/** Downloads of everything, as plain links. */
export function ExportsCard() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { period = '30', from = '', to = '' } = search;
  const span = periodOf(search, Date.now(), preferences().timeZone);
  const choose = (change: typeof search) =>
    void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false });
  return (
    <Card title={t('imports.exports.title')}>
      <p className="text-sm text-muted">{t('imports.exports.intro')}</p>
      <ul className="mt-2 divide-y divide-line">
        <Export what={t('imports.exports.links')} text={t('imports.exports.linksText')} path="/api/v1/links/export" />
        <Export
          what={t('imports.exports.clicks')}
          text={t('imports.exports.clicksText')}
          path="/api/v1/analytics/export"
          query={span}
        >
          <div className="flex flex-wrap items-start gap-2">
            <SelectField
              label={t('imports.exports.period')}
              hideLabel={period !== 'custom'}
              value={period}
              onChange={(event) => choose({ period: event.target.value as Period })}
            >
              {PERIODS.map((value) => (
                <option key={value} value={value}>
                  {value === 'custom'
                    ? t('imports.exports.custom')
                    : t('imports.exports.days', { count: Number(value) })}
                </option>
              ))}
            </SelectField>
            {period === 'custom' && (
              <>
                <TextField
                  label={t('imports.exports.from')}
                  type="date"
                  value={from}
                  onChange={(event) => choose({ from: event.target.value })}
                  error={from !== '' && to !== '' && span === null ? t('imports.exports.order') : null}
                />
                <TextField
                  label={t('imports.exports.to')}
                  type="date"
                  value={to}
                  onChange={(event) => choose({ to: event.target.value })}
                />
              </>
            )}
          </div>
        </Export>
        <Export
          what={t('imports.exports.events')}
          text={t('imports.exports.eventsText')}
          path="/api/v1/events/export"
        />
      </ul>
    </Card>
  );
}

interface ExportProps {
  what: string;
  text: string;
  path: string;
  /** null: not yet known what is asked for. */
  query?: Record<string, string> | null;
  children?: ReactNode;
}

function Export({ what, text, path, query = {}, children }: ExportProps) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
      <div className="min-w-48 flex-1">
        <h3 className="font-medium">{what}</h3>
        <p className="text-sm text-muted">{text}</p>
      </div>
      {children}
      <div className="flex gap-2">
        {FORMATS.map((format) => (
          <FormatLink
            key={format}
            label={t('imports.exports.as', { what, format: format.toUpperCase() })}
            href={query === null ? null : `${path}?${new URLSearchParams({ ...query, format })}`}
          >
            {format.toUpperCase()}
          </FormatLink>
        ))}
      </div>
    </li>
  );
}

/** A download; where it cannot be said yet what of, a button that says why. */
function FormatLink({ label, href, children }: { label: string; href: string | null; children: string }) {
  const icon = <Download aria-hidden className="size-4" />;
  if (href === null) {
    return (
      <Button size="small" aria-label={label} icon={icon} disabledReason={t('imports.exports.order')}>
        {children}
      </Button>
    );
  }
  return (
    <a href={href} download aria-label={label} className={buttonClass('plain', 'small')}>
      {icon}
      {children}
    </a>
  );
}
