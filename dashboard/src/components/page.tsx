import { type ReactNode, useEffect } from 'react';

export interface PageProps {
  title: string;
  /** Under the title. */
  subtitle?: ReactNode;
  /** To the right of the title. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A page with its heading, which is the tab's title too. */
export function Page({ title, subtitle, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Waymark`;
  }, [title]);
  return (
    <div className="mx-auto flex w-full max-w-7xl flex-col gap-4 px-4 py-5 sm:px-6">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-48">
          <h1 className="text-xl font-semibold wrap-anywhere">{title}</h1>
          {subtitle && <div className="text-sm text-muted">{subtitle}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {children}
    </div>
  );
}
