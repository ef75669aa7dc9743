import { t } from '../i18n/index.ts';
import { SelectField } from '../ui/field.tsx';
import type { RedirectStatus } from './link-draft.ts';

const STATUSES = [302, 307, 301, 308] as const;

/** How the server redirects, with what follows from it. */
export function RedirectField({
  value,
  onChange,
  error,
}: {
  value: RedirectStatus;
  onChange(value: RedirectStatus): void;
  error: string | null;
}) {
  const isKept = value === 301 || value === 308;
  return (
    <SelectField
      label={t('link.form.redirect.label')}
      value={String(value)}
      error={error}
      hint={
        <span aria-live="polite" className={isKept ? 'font-medium text-warn' : ''}>
          {isKept ? t('link.form.redirect.keptWarning') : t('link.form.redirect.hint')}
        </span>
      }
      onChange={(event) => {
        const status = STATUSES.find((each) => String(each) === event.target.value);
        if (status !== undefined) onChange(status);
      }}
    >
      {STATUSES.map((status) => (
        <option key={status} value={status}>
          {t(`link.form.redirect.${status}`)}
        </option>
      ))}
    </SelectField>
  );
}
