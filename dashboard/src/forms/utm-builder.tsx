import { ChevronDown } from 'lucide-react';
import { t } from '../i18n/index.ts';
import { TextField } from '../ui/field.tsx';
import { UTM_FIELDS, utmOf, withUtm } from './utm.ts';

/** The campaign parts of an address as fields: what is typed here stands in the address, and the other way round. */
export function UtmBuilder({ url, onChange }: { url: string; onChange(url: string): void }) {
  const utm = utmOf(url);
  const filled = UTM_FIELDS.filter((field) => utm[field] !== '').length;
  return (
    <details className="group rounded-md border border-line">
      <summary className="flex min-h-9 list-none items-center gap-2 px-3 text-sm font-medium [&::-webkit-details-marker]:hidden">
        <ChevronDown aria-hidden className="size-4 -rotate-90 transition-transform group-open:rotate-0" />
        {t('link.form.utm.title')}
        <span className="font-normal text-muted">
          {filled > 0 ? t('link.form.utm.filled', { count: filled }) : t('common.optional')}
        </span>
      </summary>
      <div className="grid gap-3 px-3 pt-1 pb-3 sm:grid-cols-2">
        {UTM_FIELDS.map((field) => (
          <TextField
            key={field}
            label={t(`link.form.utm.${field}`)}
            placeholder={t(`link.form.utm.${field}Example`)}
            value={utm[field]}
            onChange={(event) => onChange(withUtm(url, field, event.target.value))}
          />
        ))}
        <p className="self-end text-sm text-muted">{t('link.form.utm.hint')}</p>
      </div>
    </details>
  );
}
