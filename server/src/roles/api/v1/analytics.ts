import { timeseriesSchema, topSchema, totalsSchema, weekHoursSchema } from '@waymark/contract/v1/analytics';
import {
  timeseriesQuerySchema,
  topQuerySchema,
  totalsQuerySchema,
  weekHoursQuerySchema,
} from '@waymark/contract/v1/analytics-query';
import { ANALYTICS_LIMITS, type Top } from '../../../clicks/analytics.ts';
import type { ApiDeps } from '../deps.ts';
import { asOf, readRange, showNotes } from './analytics-range.ts';
import { isoTime } from './link-view.ts';
import { json, type V1Routes } from './routes.ts';

const TAG = 'Analytics';

/** Counts of clicks for charts. */
export function addAnalyticsRoutes(v1: V1Routes, deps: ApiDeps): void {
  v1.add(
    {
      method: 'get',
      path: '/v1/analytics/timeseries',
      tag: TAG,
      summary: 'Clicks over time',
      description: 'A day is 23 or 25 hours long where clocks change. The first bucket may begin before `from`.',
      scope: 'read',
      query: timeseriesQuerySchema,
      success: { status: 200, description: 'One count for each interval', schema: timeseriesSchema },
      errors: ['not_found', 'query_timeout'],
    },
    async ({ query }) => {
      const range = await readRange(query, deps);
      const at = asOf(deps);
      const { interval, tz } = query;
      const { data, ...notes } = await deps.queries.analytics.timeseries({ ...range, interval, timeZone: tz });
      return json({
        data: data.map(({ start, clicks, visitors }) => ({ start: isoTime(start), clicks, visitors })),
        interval,
        tz,
        ...showNotes(notes, range, at),
      });
    },
  );

  v1.add(
    {
      method: 'get',
      path: '/v1/analytics/top',
      tag: TAG,
      summary: 'Clicks by value of a dimension',
      description: 'Values beyond the first thousand of a link and day are counted together as `(other)`.',
      scope: 'read',
      query: topQuerySchema,
      success: { status: 200, description: 'The values with the most clicks', schema: topSchema },
      errors: ['not_found', 'query_timeout'],
    },
    async ({ query }) => {
      const range = await readRange(query, deps);
      const at = asOf(deps);
      const { dimension, limit } = query;
      const ask = (count: number) => deps.queries.analytics.top({ ...range, dimension, limit: count });
      const { data, ...notes } = dimension === 'link' ? await topLinks(ask, limit) : await ask(limit);
      return json({ data, dimension, ...showNotes(notes, range, at) });
    },
  );

  v1.add(
    {
      method: 'get',
      path: '/v1/analytics/totals',
      tag: TAG,
      summary: 'Clicks in total',
      scope: 'read',
      query: totalsQuerySchema,
      success: { status: 200, description: 'The period and the one before it', schema: totalsSchema },
      errors: ['not_found', 'query_timeout'],
    },
    async ({ query }) => {
      const range = await readRange(query, deps);
      const at = asOf(deps);
      const { clicks, visitors, previous, ...notes } = await deps.queries.analytics.totals(range);
      return json({ data: { clicks, visitors, previous }, ...showNotes(notes, range, at) });
    },
  );

  v1.add(
    {
      method: 'get',
      path: '/v1/analytics/week-hours',
      tag: TAG,
      summary: 'Clicks by weekday and hour',
      scope: 'read',
      query: weekHoursQuerySchema,
      success: { status: 200, description: 'Seven days of 24 hours', schema: weekHoursSchema },
      errors: ['not_found', 'query_timeout'],
    },
    async ({ query }) => {
      const { filters: _, ...range } = await readRange(query, deps);
      const at = asOf(deps);
      const { data, ...notes } = await deps.queries.analytics.weekHours({ ...range, timeZone: query.tz });
      return json({ data, tz: query.tz, ...showNotes(notes, range, at) });
    },
  );

  /** The busiest links that are live. Counts of deleted ones stay in the sums, so more are asked for until enough are left. */
  async function topLinks(ask: (count: number) => Promise<Top>, limit: number) {
    for (let count = limit; ; count = Math.min(count * 4, ANALYTICS_LIMITS.topMax)) {
      const { data, ...notes } = await ask(count);
      const ids = data.map(({ value }) => Number(value)).filter((id) => Number.isSafeInteger(id) && id > 0);
      const filter = { ids };
      const links = await deps.queries.links.list({ filter, sort: 'id', descending: false, limit: ids.length });
      const byId = new Map(links.map((link) => [String(link.id), link]));
      const live = data.flatMap((row) => {
        const link = byId.get(row.value);
        return link ? [{ ...row, code: link.code, shortUrl: deps.shortUrl(link.code), title: link.title }] : [];
      });
      const isAll = data.length < count || count === ANALYTICS_LIMITS.topMax;
      if (isAll || live.length >= limit) return { data: live.slice(0, limit), ...notes };
    }
  }
}
