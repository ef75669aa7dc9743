import { Link } from '@tanstack/react-router';
import { t } from '../i18n/index.ts';
import type { NavPage } from './pages.tsx';

/** The name, which leads home. */
export function Brand() {
  return (
    <Link to="/" className="flex h-9 items-center gap-2 rounded-md px-2 font-semibold">
      <svg aria-hidden="true" viewBox="0 0 16 16" className="size-5">
        <rect width="16" height="16" rx="3" fill="#14532d" />
        <path d="M3 5l2.5 6L8 6l2.5 5L13 5" fill="none" stroke="#fff" strokeWidth="1.6" />
      </svg>
      Waymark
    </Link>
  );
}

/** Every page, the current one marked. */
export function Navigation({ pages }: { pages: readonly NavPage[] }) {
  return (
    <nav aria-label={t('shell.navigation')} className="flex flex-col gap-0.5">
      {pages.map(({ to, label, icon }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === '/', includeSearch: false }}
          className="flex h-9 items-center gap-2.5 rounded-md px-2.5 text-sm text-muted hover:bg-sunken hover:text-text data-[status=active]:bg-accent-soft data-[status=active]:font-medium data-[status=active]:text-text [&_svg]:size-4"
        >
          {icon}
          {label}
        </Link>
      ))}
    </nav>
  );
}
