import type { ReactNode } from 'react';

export interface EmptyStateProps {
  icon: ReactNode;
  /** Absent where the page's own heading says it. */
  title?: string;
  /** What would stand here, and what to do to get it. */
  text: ReactNode;
  /** The next step. */
  action?: ReactNode;
}

/** Where there is nothing yet: says what would be here and how to begin. */
export function EmptyState({ icon, title, text, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-12 text-center">
      <div aria-hidden className="mb-1 rounded-full bg-accent-soft p-3 text-accent [&_svg]:size-6">
        {icon}
      </div>
      {title && <h2 className="text-base font-semibold">{title}</h2>}
      <p className="max-w-md text-sm text-muted">{text}</p>
      {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
