import { useQuery } from '@tanstack/react-query';
import { CircleOff, LoaderCircle, Pause } from 'lucide-react';
import type { ReactNode } from 'react';
import { queries } from '../api/queries.ts';
import { t } from '../i18n/index.ts';
import type { LiveStatus } from '../live/live-feed.ts';

const LOOKS = {
  connecting: <LoaderCircle aria-hidden className="size-3.5 animate-spin" />,
  live: <span aria-hidden className="size-2 rounded-full bg-good" />,
  reconnecting: <LoaderCircle aria-hidden className="size-3.5 animate-spin text-warn" />,
  paused: <Pause aria-hidden className="size-3.5" />,
  refused: <CircleOff aria-hidden className="size-3.5 text-danger" />,
} as const satisfies Record<LiveStatus, ReactNode>;

const ASK_MS = 3000;

/** How the live feed stands, in shape and words; read out as it changes. */
export function LiveState({ status }: { status: LiveStatus }) {
  // Where the feed is refused the session may be over: the answer to this leads to signing in. One of several API servers
  // may hear of the end a moment later than another.
  const isRefused = status === 'refused';
  useQuery({ ...queries.session(), staleTime: 0, enabled: isRefused, refetchInterval: ASK_MS });
  return (
    <span role="status" className="inline-flex h-6 items-center gap-1.5 text-xs font-medium text-muted">
      {LOOKS[status]}
      {t(`home.live.status.${status}`)}
    </span>
  );
}
