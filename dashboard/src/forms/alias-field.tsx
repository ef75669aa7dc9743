import { Dices } from 'lucide-react';
import { t } from '../i18n/index.ts';
import { IconButton } from '../ui/button.tsx';
import { Field, inputClass } from '../ui/field.tsx';
import { useAvailability } from './form-queries.ts';

export interface AliasFieldProps {
  value: string;
  onChange(value: string): void;
  /** What the short URL begins with: `https://go.example.com/`. */
  shortBase: string;
  /** Whether the link is there already: its code stays. */
  isFixed: boolean;
  error: string | null;
}

/** The short part, with its availability as it is typed. */
export function AliasField({ value, onChange, shortBase, isFixed, error }: AliasFieldProps) {
  const { answer, isAsking } = useAvailability(isFixed ? '' : value);
  const refusal = answer?.reason ? t(`link.form.code.${answer.reason}`) : null;
  return (
    <Field
      label={t('link.form.code.label')}
      {...(!isFixed && { note: t('common.optional') })}
      error={error ?? refusal}
      hint={
        <span aria-live="polite" className="wrap-anywhere">
          {hint()}
        </span>
      }
    >
      {(control) => (
        <div className="flex gap-1.5">
          <input
            {...control}
            value={value}
            onChange={(event) => onChange(event.target.value.trim())}
            readOnly={isFixed}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            placeholder={t('link.form.code.random')}
            className={`${inputClass} font-mono read-only:bg-sunken read-only:text-muted placeholder:font-sans`}
          />
          {!isFixed && value !== '' && (
            <IconButton
              kind="plain"
              label={t('link.form.code.drawRandom')}
              icon={<Dices aria-hidden />}
              onClick={() => onChange('')}
            />
          )}
        </div>
      )}
    </Field>
  );

  function hint(): string {
    if (isFixed) return t('link.form.code.fixed');
    const shortUrl = `${shortBase.replace(/^https?:\/\//, '')}${value}`;
    if (value === '') return t('link.form.code.willBe', { shortUrl: `${shortUrl}…` });
    if (answer?.available) return t('link.form.code.free', { shortUrl });
    return isAsking ? t('link.form.code.asking', { shortUrl }) : t('link.form.code.willBe', { shortUrl });
  }
}
