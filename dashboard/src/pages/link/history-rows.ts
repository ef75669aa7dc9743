import type { Event } from '@waymark/contract/v1/events';

/** What the history shows in one line. */
export type HistoryRow =
  | {
      kind: 'event';
      event: Event /** What the field was before; undefined where that is not known. */;
      before: unknown;
    }
  | { kind: 'clicks'; id: string; count: number; first: string; last: string };

export interface LoadedEvents {
  /** Newest first. */
  events: readonly Event[];
  hasMore: boolean;
}

/**
 * Lists of events as one, newest first. Where a list goes on, nothing older than its last is shown: between them may
 * stand what has not been loaded.
 */
export function mergedEvents(lists: readonly LoadedEvents[]): Event[] {
  const since = Math.max(0, ...lists.map(({ events, hasMore }) => (hasMore ? Number(events.at(-1)?.id ?? 0) : 0)));
  return lists
    .flatMap(({ events }) => events)
    .filter(({ id }) => Number(id) >= since)
    .toSorted((a, b) => Number(b.id) - Number(a.id));
}

/** Events, newest first, as lines: clicks without anything between them are one line. */
export function historyRows(events: readonly Event[]): HistoryRow[] {
  const rows: HistoryRow[] = [];
  for (const [index, event] of events.entries()) {
    const last = rows.at(-1);
    if (event.type !== 'click')
      rows.push({ kind: 'event', event, before: valueBefore(event, events.slice(index + 1)) });
    else if (last?.kind === 'clicks') rows.splice(-1, 1, { ...last, count: last.count + 1, first: event.at });
    else rows.push({ kind: 'clicks', id: event.id, count: 1, first: event.at, last: event.at });
  }
  return rows;
}

/** What an update replaced: the last value that an older event gave the field. */
function valueBefore({ type, details }: Event, older: readonly Event[]): unknown {
  if (type !== 'updated') return undefined;
  const { field } = details;
  for (const event of older) {
    if (event.type === 'updated' && event.details.field === field) return event.details.new_value;
    if (event.type === 'created' && field === 'original_url') return event.details.original_url;
  }
  return undefined;
}
