import { type ComponentProps, type ReactNode, useId } from 'react';
import { classNames } from './class-names.ts';

export const inputClass =
  'h-9 w-full min-w-0 rounded-md border border-line-strong/60 bg-surface px-3 text-text placeholder:text-muted/80 aria-invalid:border-danger disabled:opacity-60';

export interface FieldProps {
  label: string;
  /** Below the label, before anything is wrong. */
  hint?: ReactNode;
  /** What is wrong; null while nothing is. */
  error?: string | null;
  /** A word behind the label, such as "optional". */
  note?: string;
  hideLabel?: boolean;
  className?: string;
  /** Gets what ties it to label, hint and error. */
  children: (control: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ReactNode;
}

/** A label with its control, hint and error, tied together for those who do not see them side by side. */
export function Field({ label, hint, error = null, note, hideLabel = false, className, children }: FieldProps) {
  const id = useId();
  const described = [hint ? `${id}-hint` : null, error === null ? null : `${id}-error`].filter((part) => part !== null);
  return (
    <div className={classNames('flex min-w-0 flex-col gap-1', className)}>
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'text-sm font-medium'}>
        {label}
        {note && <span className="ml-1.5 font-normal text-muted">{note}</span>}
      </label>
      {children({
        id,
        ...(described.length > 0 && { 'aria-describedby': described.join(' ') }),
        ...(error !== null && { 'aria-invalid': true as const }),
      })}
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      )}
      <p id={`${id}-error`} aria-live="polite" className={error === null ? 'hidden' : 'text-sm text-danger'}>
        {error}
      </p>
    </div>
  );
}

type Common = Omit<FieldProps, 'children' | 'className'>;

export function TextField({
  label,
  hint,
  error,
  note,
  hideLabel,
  className,
  ...input
}: Common & ComponentProps<'input'>) {
  return (
    <Field {...defined({ label, hint, error, note, hideLabel, className })}>
      {(control) => <input autoComplete="off" {...input} {...control} className={inputClass} />}
    </Field>
  );
}

export function SelectField({
  label,
  hint,
  error,
  note,
  hideLabel,
  className,
  children,
  ...select
}: Common & ComponentProps<'select'>) {
  return (
    <Field {...defined({ label, hint, error, note, hideLabel, className })}>
      {(control) => (
        <select {...select} {...control} className={classNames(inputClass, 'pr-8')}>
          {children}
        </select>
      )}
    </Field>
  );
}

/** Leaves out what is undefined: an optional property may be absent, not undefined. */
function defined<T extends object>(props: T): { [K in keyof T]-?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as never;
}
