import type { ReactNode } from 'react';
import { HALF_MINUTE_MS, useNow } from '../../components/use-now.ts';
import { formatAgo, formatExact } from '../../format/dates.ts';
import { t } from '../../i18n/index.ts';

export interface AccessRowProps {
  name: string;
  /** Beside the name. */
  detail: ReactNode;
  badges: ReactNode;
  /** A few `Fact`s. */
  facts: ReactNode;
  action: ReactNode;
}

/** A key or a session in a list: side by side where there is room, one below the other on a phone. */
export function AccessRow({ name, detail, badges, facts, action }: AccessRowProps) {
  return (
    <li className="grid items-center gap-x-6 gap-y-2 border-b border-line py-3 last:border-0 lg:grid-cols-[minmax(0,1fr)_27rem_6rem]">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium wrap-anywhere">{name}</span>
          {badges}
        </div>
        <div className="wrap-anywhere">{detail}</div>
      </div>
      <dl className="grid grid-cols-3 gap-3 text-sm">{facts}</dl>
      <div className="lg:text-right">{action}</div>
    </li>
  );
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A time in relation to now, exact in its title; "Never" where there is none. */
export function When({ at }: { at: string | null }) {
  const now = useNow(HALF_MINUTE_MS);
  if (at === null) return t('common.never');
  return (
    <time dateTime={at} title={formatExact(at)}>
      {formatAgo(at, now)}
    </time>
  );
}
