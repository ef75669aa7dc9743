import { classicNewEvent } from '@waymark/contract/classic';
import { validate } from '../../../http/validate.ts';
import type { ApiDeps } from '../deps.ts';
import { eventList } from './lists.ts';
import { created, notFound, pathId, readObject, writeOf } from './request.ts';
import type { ClassicHandler, ClassicRoutes } from './routes.ts';
import { eventView } from './views.ts';

/** Any one segment but the name of another route: what is no id is an event that does not exist. */
const EVENT = '/events/:id{(?!bulk$)[^/]+}';

export function addEventRoutes(routes: ClassicRoutes, deps: ApiDeps): void {
  const list = eventList(deps);
  routes.read('/events', (c) => list(c, {}));
  routes.write('POST', '/events', postEvent(deps));
  routes.read(EVENT, readEvent(deps));
  routes.write('DELETE', EVENT, deleteEvent(deps));
}

function postEvent(deps: ApiDeps): ClassicHandler {
  return async (c) => {
    const { bytes, value } = await readObject(c);
    const { event_type, url_id, user_id, details } = validate(classicNewEvent, value);
    const scope = writeOf(c, deps, bytes);
    const event = await scope.events.post({ type: event_type, linkId: url_id, userId: user_id, details });
    return created(c, scope, `/events/${event.id}`, eventView(event));
  };
}

function readEvent({ queries }: ApiDeps): ClassicHandler {
  return async (c) => {
    const event = await queries.events.get(pathId(c, 'Event'));
    if (event === null) throw notFound('Event');
    return c.json(eventView(event));
  };
}

function deleteEvent(deps: ApiDeps): ClassicHandler {
  return async (c) => {
    await deps.write().events.delete(pathId(c, 'Event'));
    return c.body(null, 204);
  };
}
