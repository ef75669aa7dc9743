import type { EventFilter } from '../../../clicks/event.ts';
import type { LinkFilter } from '../../../links/store.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiContext } from '../env.ts';
import { listResponse, readPage } from './paging.ts';
import { queryOf, settleClicks } from './request.ts';
import { eventView, urlView } from './views.ts';

/** Whose list it is, where the path says so; the query's own word for it is then not asked. */
interface ListOwner {
  userId?: number;
  linkId?: number;
}

/** Urls, newest first, by `user_id`, `is_active`, `short_code` and `title`. */
export function urlList(deps: ApiDeps): (c: ApiContext, of: ListOwner) => Promise<Response> {
  const { queries, baseUrl, shortUrl } = deps;
  return async (c, of) => {
    const query = queryOf(c);
    const page = readPage(query);
    const filter: LinkFilter = withoutAbsent({
      ownerId: of.userId ?? query.id('user_id'),
      active: query.flag('is_active'),
      code: query.text('short_code'),
      title: query.text('title'),
    });
    await settleClicks(c, deps);
    const [links, total] = await Promise.all([
      queries.links.list({ filter, sort: 'id', descending: true, limit: page.limit, offset: page.offset }),
      queries.links.count(filter),
    ]);
    c.header('X-Cache', 'BYPASS');
    return listResponse(
      c,
      baseUrl(),
      page,
      total,
      links.map((link) => urlView(link, shortUrl)),
    );
  };
}

/** Events, newest first, by `url_id`, `user_id` and `event_type`. */
export function eventList(deps: ApiDeps): (c: ApiContext, of: ListOwner) => Promise<Response> {
  const { queries, baseUrl } = deps;
  return async (c, of) => {
    const query = queryOf(c);
    const page = readPage(query);
    const filter: EventFilter = withoutAbsent({
      linkId: of.linkId ?? query.id('url_id'),
      userId: of.userId ?? query.id('user_id'),
      type: query.text('event_type'),
    });
    await settleClicks(c, deps);
    const [events, total] = await Promise.all([
      queries.events.list(filter, { limit: page.limit, offset: page.offset }),
      queries.events.count(filter),
    ]);
    return listResponse(c, baseUrl(), page, total, events.map(eventView));
  };
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutAbsent<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
