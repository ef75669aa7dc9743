import { expect } from 'bun:test';
import type { Dimension } from '@waymark/contract';
import type { ClickCount, ClickRange, DimensionFilter } from '../../clicks/analytics.ts';
import type { StoredClick } from './simple-clicks.ts';

type Asked = Pick<ClickRange, 'linkId' | 'from' | 'to' | 'filters' | 'quality'>;

/** Answers analytics by looking at every click: slow and plain, to compare with. */
export class AnalyticsOracle {
  constructor(private readonly clicks: readonly StoredClick[]) {}

  matching({ linkId, from, to, filters, quality }: Asked): StoredClick[] {
    const byDimension = Map.groupBy(filters, ({ dimension }) => dimension);
    return this.clicks.filter(
      (click) =>
        (linkId === null || click.linkId === linkId) &&
        click.at >= from &&
        click.at < to &&
        (quality === 'all' || click.quality === quality) &&
        [...byDimension.values()].every((any) =>
          any.some((filter) => valueIn(click, filter.dimension) === filter.value),
        ),
    );
  }

  count(asked: Asked): ClickCount {
    return this.sum(asked, this.matching(asked));
  }

  series(asked: Asked, starts: readonly number[]): ({ start: number } & ClickCount)[] {
    return starts.map((start, n) => ({
      start,
      ...this.sum(
        asked,
        this.matching(asked).filter(({ at }) => at >= start && at < (starts[n + 1] ?? Number.POSITIVE_INFINITY)),
      ),
    }));
  }

  top(asked: Asked, dimension: Dimension): ({ value: string } & ClickCount)[] {
    const groups = Map.groupBy(this.matching(asked), (click) => valueIn(click, dimension));
    return [...groups]
      .map(([value, clicks]) => ({ value, ...this.sum(asked, clicks, dimension === 'link') }))
      .sort((a, b) => b.clicks - a.clicks || (a.value < b.value ? -1 : 1));
  }

  weekHours(asked: Asked, timeZone: string): number[][] {
    const data = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
    const format = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', hourCycle: 'h23' });
    for (const { at } of this.matching(asked)) {
      const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
      const row = data[['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(parts.get('weekday') ?? '')];
      const hour = Number(parts.get('hour'));
      if (row) row[hour] = (row[hour] ?? 0) + 1;
    }
    return data;
  }

  expectLocalMidnights(starts: readonly number[], interval: 'day' | 'week' | 'month', timeZone: string): void {
    const format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    for (const start of starts) {
      const parts = new Map(format.formatToParts(start).map(({ type, value }) => [type, value]));
      expect(`${parts.get('hour')}:${parts.get('minute')}`).toBe('00:00');
      if (interval === 'week') expect(parts.get('weekday')).toBe('Mon');
      if (interval === 'month') expect(parts.get('day')).toBe('1');
    }
  }

  /** Visitors as the question counts them: first on the link where one link is asked for, else first on any. */
  private sum(asked: Asked, clicks: readonly StoredClick[], perLink = false): ClickCount {
    const links = new Set(asked.filters.filter(({ dimension }) => dimension === 'link').map(({ value }) => value));
    const known = [...links].filter((value) => /^\d+$/.test(value));
    const onLink = perLink || asked.linkId !== null || known.length === 1;
    const bit = (isHumanOnly(asked) ? 2 : 1) * (onLink ? 1 : 4);
    return { clicks: clicks.length, visitors: clicks.filter(({ firstSeen }) => firstSeen & bit).length };
  }
}

function isHumanOnly({ quality, filters }: { quality: string; filters: readonly DimensionFilter[] }): boolean {
  const asked = filters.filter(({ dimension }) => dimension === 'quality').map(({ value }) => value);
  if (quality === 'human') return true;
  const known = new Set(asked);
  return quality === 'all' && known.size === 1 && known.has('human');
}

function valueIn(click: StoredClick, dimension: Dimension): string {
  if (dimension === 'link') return String(click.linkId);
  if (dimension === 'quality') return click.quality;
  return click.values[dimension] ?? '';
}
