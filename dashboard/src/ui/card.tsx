import { type ReactNode, useId } from 'react';
import { classNames } from './class-names.ts';

export interface CardProps {
  title: string;
  hideTitle?: boolean;
  /** Beside the title. */
  actions?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A titled part of a page. */
export function Card({ title, hideTitle = false, actions, className, children }: CardProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={classNames('min-w-0 rounded-xl border border-line bg-surface', className)}>
      <div
        className={classNames(
          'flex min-h-12 flex-wrap items-center justify-between gap-x-3 gap-y-1 px-4 pt-2.5 pb-1',
          hideTitle && !actions && 'sr-only',
        )}
      >
        <h2 id={id} className={hideTitle ? 'sr-only' : 'text-sm font-semibold'}>
          {title}
        </h2>
        {actions}
      </div>
      <div className="px-4 pb-4">{children}</div>
    </section>
  );
}
