import { sparklinesSchema } from '@waymark/contract/v1/analytics';
import { sparklinesQuerySchema } from '@waymark/contract/v1/analytics-query';
import type { ApiDeps } from '../deps.ts';
import { asOf, readPeriod, showPeriod } from './analytics-range.ts';
import { json, type V1Routes } from './routes.ts';

/** The small charts of a list of links, all in one call. */
export function addSparklineRoute(v1: V1Routes, deps: ApiDeps): void {
  v1.add(
    {
      method: 'get',
      path: '/v1/analytics/sparklines',
      tag: 'Analytics',
      summary: 'Clicks over time of many links',
      description: 'By whole quarter hours.',
      scope: 'read',
      query: sparklinesQuerySchema,
      success: { status: 200, description: 'One line for each link', schema: sparklinesSchema },
      errors: ['query_timeout'],
    },
    async ({ query }) => {
      const { links, analytics } = deps.queries;
      const { points, quality } = query;
      const period = readPeriod(query, deps.now());
      const at = asOf(deps);
      const filter = { ids: query.links };
      const found = await links.list({ filter, sort: 'id', descending: false, limit: query.links.length });
      const live = new Set<number>(found.map(({ id }) => id));
      const linkIds = query.links.filter((id) => live.has(id));
      const lines = await analytics.sparklines({ linkIds, ...period, points, quality });
      const data = linkIds.map((id) => ({ link: String(id), points: lines[id] ?? [] }));
      return json({ data, asOf: at, quality, period: showPeriod(period) });
    },
  );
}
