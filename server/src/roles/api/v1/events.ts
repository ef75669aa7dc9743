import { type Event, eventListQuerySchema, eventPageSchema, eventSchema } from '@waymark/contract/v1/events';
import type { ActivityEvent } from '../../../clicks/event.ts';
import { AppError } from '../../../platform/app-error.ts';
import type { ApiDeps } from '../deps.ts';
import { cutPage, decodeCursor, isPositiveId } from './cursor.ts';
import { isoTime } from './link-view.ts';
import { json, type V1Routes } from './routes.ts';

const TAG = 'Events';

/** The activity log: what happened to links, recorded clicks among it. */
export function addEventRoutes(v1: V1Routes, deps: ApiDeps): void {
  v1.add(
    {
      method: 'get',
      path: '/v1/events',
      tag: TAG,
      summary: 'List events',
      description: 'Newest first. Of deleted links only the `deleted` event is shown.',
      scope: 'read',
      query: eventListQuerySchema,
      success: { status: 200, description: 'One page of events', schema: eventPageSchema },
    },
    async ({ query: { limit, cursor, link, user, type } }) => {
      const position = decodeCursor<[number]>(cursor, (parts) => parts.length === 1 && isPositiveId(parts[0]));
      const filter = {
        ...(link !== undefined && { linkId: link }),
        ...(user !== undefined && { userId: user }),
        ...(type !== undefined && { type }),
      };
      const rows = await deps.queries.events.list(filter, {
        limit: limit + 1,
        ...(position && { beforeId: position[0] }),
      });
      return json(cutPage(rows, limit, view, (event) => [event.id]));
    },
  );

  v1.add(
    {
      method: 'get',
      path: '/v1/events/{id}',
      tag: TAG,
      summary: 'Get an event',
      scope: 'read',
      success: { status: 200, description: 'The event', schema: eventSchema },
    },
    async ({ id }) => {
      const event = await deps.queries.events.get(id);
      if (!event) throw new AppError('not_found', 'Event not found');
      return json(view(event));
    },
  );

  v1.add(
    {
      method: 'delete',
      path: '/v1/events/{id}',
      tag: TAG,
      summary: 'Delete an event',
      description: 'A recorded click is taken from the link’s counts and from analytics too.',
      scope: 'write',
      success: { status: 204, description: 'Deleted' },
    },
    async ({ id, write }) => {
      await write().events.delete(id);
      return new Response(null, { status: 204 });
    },
  );
}

/** An event as v1 shows it. */
export function view(event: ActivityEvent): Event {
  return {
    id: String(event.id),
    linkId: String(event.linkId),
    userId: event.userId === null ? null : String(event.userId),
    type: event.type,
    at: isoTime(event.at),
    details: event.details,
  };
}
