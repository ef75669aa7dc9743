import type { Session } from '@waymark/contract/v1/sessions';
import { useId } from 'react';
import { t } from '../../i18n/index.ts';

type Scope = Session['scope'];

const SCOPES = ['read', 'write', 'admin'] as const satisfies readonly Scope[];

/** What a key or session may do, each with what follows from it. */
export function ScopeChoice({ value, onChange }: { value: Scope; onChange(scope: Scope): void }) {
  const name = useId();
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">{t('keys.create.scope')}</legend>
      <div className="flex flex-col gap-2">
        {SCOPES.map((scope) => (
          <label
            key={scope}
            htmlFor={`${name}-${scope}`}
            className="flex cursor-pointer gap-2.5 rounded-md border border-line-strong/50 p-2.5 text-sm has-checked:border-accent has-checked:bg-accent-soft"
          >
            <input
              id={`${name}-${scope}`}
              type="radio"
              name={name}
              checked={value === scope}
              onChange={() => onChange(scope)}
              aria-labelledby={`${name}-${scope}-name`}
              aria-describedby={`${name}-${scope}-text`}
              className="mt-0.5 size-4 shrink-0 accent-accent"
            />
            <span>
              <span id={`${name}-${scope}-name`} className="block font-medium">
                {t(`keys.scopes.${scope}.name`)}
              </span>
              <span id={`${name}-${scope}-text`} className="text-muted">
                {t(`keys.scopes.${scope}.text`)}
              </span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
