import { Link } from '@tanstack/react-router';
import type { Event } from '@waymark/contract/v1/events';
import { Pause, Play, Radio } from 'lucide-react';
import { type FocusEvent, useState } from 'react';
import { paths } from '../../app/paths.ts';
import { ClickQuality } from '../../components/click-quality.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { LiveState } from '../../components/live-state.tsx';
import { useNow } from '../../components/use-now.ts';
import { clickDetails } from '../../format/click-details.ts';
import { formatAgo, formatExact } from '../../format/dates.ts';
import { valueMark, valueName } from '../../format/values.ts';
import { t } from '../../i18n/index.ts';
import { useShortcut } from '../../keyboard/shortcuts.ts';
import { useLiveStatus, useRecentClicks } from '../../live/use-live.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Mark } from '../../ui/mark.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';

const ROWS = 9;

/** The latest clicks as they come. They stand still while somebody points at them, or says so. */
export function LiveCard() {
  const { events, skipped, error, isPending, refetch } = useRecentClicks();
  const status = useLiveStatus();
  const now = useNow();
  const [isPaused, setPaused] = useState(false);
  const [isTouched, setTouched] = useState(false);
  const [held, setHeld] = useState<readonly Event[] | null>(null);
  const hold = (next: { paused?: boolean; touched?: boolean }) => {
    const { paused = isPaused, touched = isTouched } = next;
    setPaused(paused);
    setTouched(touched);
    setHeld(paused || touched ? (held ?? events) : null);
  };
  const toggle = () => hold({ paused: !isPaused });
  useShortcut({ keys: 'p', label: t('home.live.toggle'), group: t('shell.pages.home') }, toggle);
  const shown = (held ?? events).slice(0, ROWS);
  const newest = held?.[0] ? Number(held[0].id) : 0;
  const waiting = held === null ? 0 : events.filter(({ id }) => Number(id) > newest).length;
  return (
    <Card
      title={t('home.live.title')}
      className="lg:col-span-2"
      actions={
        <div className="flex items-center gap-3">
          <LiveState status={isPaused && status === 'live' ? 'paused' : status} />
          <Button
            size="small"
            kind="quiet"
            icon={isPaused ? <Play aria-hidden className="size-4" /> : <Pause aria-hidden className="size-4" />}
            onClick={toggle}
          >
            {isPaused ? t('home.live.resume') : t('home.live.pause')}
          </Button>
        </div>
      }
    >
      {error !== null && events.length === 0 && <ErrorState error={error} onRetry={refetch} />}
      {error === null && isPending && events.length === 0 && <Skeleton className="h-81" />}
      {error === null && !isPending && events.length === 0 && (
        <EmptyState icon={<Radio />} title={t('home.live.emptyTitle')} text={t('home.live.emptyText')} />
      )}
      {shown.length > 0 && (
        // biome-ignore lint/a11y/noStaticElementInteractions: pointing only stops the movement; the button does it too.
        <div
          onPointerEnter={() => hold({ touched: true })}
          onPointerLeave={() => hold({ touched: false })}
          onFocus={() => hold({ touched: true })}
          onBlur={(event: FocusEvent) => {
            if (!event.currentTarget.contains(event.relatedTarget)) hold({ touched: false });
          }}
        >
          <ol aria-label={t('home.live.title')} className="min-h-81 divide-y divide-line">
            {shown.map((event) => (
              <ClickRow key={event.id} event={event} now={now} />
            ))}
          </ol>
        </div>
      )}
      <p className="flex min-h-6 flex-wrap items-center justify-between gap-x-4 pt-2 text-xs text-muted">
        <span>
          {held !== null && t('home.live.waiting', { count: waiting })}
          {held === null && skipped > 0 && t('home.live.skipped', { count: skipped })}
        </span>
        <Link to={paths.activity()} search={{ type: 'click' }} className="underline">
          {t('home.live.all')}
        </Link>
      </p>
    </Card>
  );
}

function ClickRow({ event, now }: { event: Event; now: number }) {
  const { code, country, device, browser, referrer, quality } = clickDetails(event);
  const program = [device, browser].filter((value) => value !== '');
  return (
    <li className="flex h-9 items-center gap-2.5 text-sm transition-opacity duration-200 starting:opacity-0">
      <Mark text={valueMark('country', country) ?? '·'} />
      <Link
        {...paths.link(event.linkId)}
        className="max-w-32 shrink-0 truncate font-medium hover:underline sm:w-28 sm:max-w-none"
      >
        {code}
      </Link>
      <span className="min-w-0 flex-1 truncate">{valueName('country', country)}</span>
      <span className="hidden min-w-0 flex-1 truncate text-muted md:block">
        {program.length === 0
          ? t('common.unknown')
          : [device === '' ? null : valueName('device', device), browser].filter(Boolean).join(' · ')}
      </span>
      <span className="hidden min-w-0 flex-1 truncate text-muted 2xl:block">{valueName('referrer', referrer)}</span>
      <span className="flex shrink-0 justify-end md:w-22">
        <ClickQuality quality={quality} />
      </span>
      <time
        dateTime={event.at}
        title={formatExact(event.at)}
        className="w-22 shrink-0 text-right text-xs text-muted tabular-nums"
      >
        {formatAgo(event.at, Math.max(now, Date.parse(event.at)), 'short')}
      </time>
    </li>
  );
}
