import { ANALYTICS_LIMITS } from '../../../clicks/analytics.ts';
import { renderQr } from '../../../http/qr.ts';
import { AppError, invalidField } from '../../../platform/app-error.ts';
import { DAY_MS, HOUR_MS } from '../../../platform/clock.ts';
import type { ApiDeps } from '../deps.ts';
import { naiveTime } from './classic-time.ts';
import { pathId, queryOf, settleClicks } from './request.ts';
import type { ClassicHandler, ClassicRoutes } from './routes.ts';
import { existingLink, URL_PATH } from './urls.ts';

/** Days that /stats shows, today included. */
const STATS_DAYS = 30;

export function addUrlReportRoutes(routes: ClassicRoutes, deps: ApiDeps): void {
  routes.read(`${URL_PATH}/analytics`, analytics(deps));
  routes.read(`${URL_PATH}/stats`, stats(deps));
  routes.read(`${URL_PATH}/qr`, qr(deps));
  routes.read(`${URL_PATH}/risk`, risk(deps));
}

function analytics(deps: ApiDeps): ClassicHandler {
  return async (c) => {
    const id = pathId(c, 'URL');
    await settleClicks(c, deps);
    const [link, counts, visitors] = await Promise.all([
      existingLink(deps, id),
      deps.queries.events.countsByType(id),
      uniqueVisitors(deps, id),
    ]);
    c.header('X-Cache', 'BYPASS');
    return c.json({
      url_id: link.id,
      short_code: link.code,
      original_url: link.url,
      total_events: counts.total,
      click_count: link.clicks,
      unique_visitors: visitors,
      event_counts: counts.counts,
      latest_event_at: counts.latestAt === null ? null : naiveTime(counts.latestAt),
    });
  };
}

function stats(deps: ApiDeps): ClassicHandler {
  return async (c) => {
    const id = pathId(c, 'URL');
    await settleClicks(c, deps);
    const tomorrow = (Math.floor(deps.now() / DAY_MS) + 1) * DAY_MS;
    const [link, visitors, byDay] = await Promise.all([
      existingLink(deps, id),
      uniqueVisitors(deps, id),
      deps.queries.analytics.timeseries({
        linkId: id,
        from: tomorrow - STATS_DAYS * DAY_MS,
        to: tomorrow,
        filters: [],
        quality: 'all',
        interval: 'day',
        timeZone: 'UTC',
      }),
    ]);
    c.header('X-Cache', 'BYPASS');
    return c.json({
      url_id: link.id,
      short_code: link.code,
      original_url: link.url,
      click_count: link.clicks,
      human_click_count: link.humanClicks,
      unique_visitors: visitors,
      last_click_at: link.lastClickAt === null ? null : naiveTime(link.lastClickAt),
      clicks_by_day: byDay.data.map(({ start, clicks }) => ({ date: naiveTime(start).slice(0, 10), clicks })),
    });
  };
}

/** Visitors of all qualities, each counted once a day: the sum of the days of as long a range as there is. */
async function uniqueVisitors({ queries, now }: ApiDeps, linkId: number): Promise<number> {
  // Clocks of other machines may be ahead by minutes.
  const to = now() + HOUR_MS;
  const from = Math.max(0, to - ANALYTICS_LIMITS.rangeMs);
  return (await queries.analytics.totals({ linkId, from, to, filters: [], quality: 'all' })).visitors;
}

function qr(deps: ApiDeps): ClassicHandler {
  return async (c) => {
    const id = pathId(c, 'URL');
    const format = queryOf(c).text('format')?.toLowerCase() ?? 'png';
    if (format !== 'png' && format !== 'svg') throw invalidField('format', 'must be png or svg');
    const link = await existingLink(deps, id);
    const { contentType, body } = await renderQr(deps.shortUrl(link.code), { format });
    return new Response(typeof body === 'string' ? body : new Uint8Array(body), {
      headers: { 'Content-Type': contentType, 'X-Cache': 'BYPASS' },
    });
  };
}

function risk(deps: ApiDeps): ClassicHandler {
  return async (c) => {
    await existingLink(deps, pathId(c, 'URL'));
    throw new AppError('not_implemented', 'Risk scores are not part of this release');
  };
}
