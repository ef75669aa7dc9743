import type { DestinationCheck } from '@waymark/contract/v1/links';
import { CircleCheck } from 'lucide-react';
import { t } from '../i18n/index.ts';
import { Field, inputClass } from '../ui/field.tsx';
import { destinationProblem } from './destination-problem.ts';
import { useDestinationCheck } from './form-queries.ts';

export interface DestinationFieldProps {
  value: string;
  onChange(value: string): void;
  /** What the server said of it when it was sent. */
  error: string | null;
  /** Whether the page begins with it. */
  isFirst: boolean;
}

/** Where a link leads, checked as it is typed. Long addresses are seen whole. */
export function DestinationField({ value, onChange, error, isFirst }: DestinationFieldProps) {
  const { answer } = useDestinationCheck(value.trim());
  const problem = answer?.problem ? destinationProblem(answer.problem.message) : null;
  const wrong = error ?? problem;
  return (
    <Field
      label={t('link.form.url.label')}
      error={wrong}
      hint={wrong === null && <Hint typed={value.trim()} answer={answer} />}
    >
      {(control) => (
        <textarea
          {...control}
          // biome-ignore lint/a11y/noAutofocus: whoever opens the form came to fill in this field.
          autoFocus={isFirst}
          rows={1}
          required
          autoComplete="off"
          spellCheck={false}
          inputMode="url"
          placeholder="https://"
          value={value}
          onChange={(event) => onChange(event.target.value.replace(/[\r\n]+/g, ''))}
          onKeyDown={(event) => {
            // Addresses have one line: Enter saves, as in any other field.
            if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }}
          className={`${inputClass} field-sizing-content h-auto max-h-40 min-h-11 resize-none py-2.5 wrap-anywhere`}
        />
      )}
    </Field>
  );
}

/** Where it leads, once that is known. */
function Hint({ typed, answer }: { typed: string; answer: DestinationCheck | null }) {
  if (!answer?.ok || answer.displayHost === null) return t('link.form.url.hint');
  return (
    <span className="flex items-center gap-1.5">
      <CircleCheck aria-hidden className="size-4 shrink-0 text-good" />
      <span className="wrap-anywhere">{hostWords(typed, answer.displayHost)}</span>
    </span>
  );
}

/** Names the host as it really is where what was typed looks otherwise. */
function hostWords(typed: string, host: string): string {
  const isAsTyped = typed.toLowerCase().includes(`://${host.toLowerCase()}`);
  return isAsTyped ? t('link.form.url.leadsTo', { host }) : t('link.form.url.reallyLeadsTo', { host });
}
