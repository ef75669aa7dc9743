import { classNames } from './class-names.ts';

/** Two letters that stand before a name, for the eye alone. Every one is of the same width. */
export function Mark({ text, className }: { text: string; className?: string }) {
  return (
    <span
      aria-hidden
      className={classNames(
        'inline-block w-6.5 shrink-0 rounded-sm bg-sunken text-center align-[0.05em] text-[0.6875rem] leading-4 font-medium text-muted',
        className,
      )}
    >
      {text}
    </span>
  );
}
