import { codeProblem } from '@waymark/contract';
import {
  availabilityQuerySchema,
  availabilitySchema,
  destinationCheckRequestSchema,
  destinationCheckSchema,
} from '@waymark/contract/v1/links';
import { checkDestination, displayHost } from '../../../links/destination.ts';
import { DEFAULT_DOMAIN_ID } from '../../../links/link.ts';
import type { ApiDeps } from '../deps.ts';
import { json, type V1Routes } from './routes.ts';

const TAG = 'Links';

/** What a form asks before it creates a link. */
export function addLinkToolRoutes(v1: V1Routes, deps: ApiDeps): void {
  v1.add(
    {
      method: 'get',
      path: '/v1/links/availability',
      tag: TAG,
      summary: 'Whether a code is free',
      description: 'A code that is free now may be taken by the time it is asked for.',
      scope: 'read',
      query: availabilityQuerySchema,
      success: { status: 200, description: 'Whether, and why not', schema: availabilitySchema },
    },
    async ({ query: { code } }) => {
      const reason = codeProblem(code) ?? ((await isTaken(code)) ? 'code_taken' : null);
      return json({ code, available: reason === null, reason });
    },
  );

  v1.add(
    {
      method: 'post',
      path: '/v1/links/check',
      tag: TAG,
      summary: 'Check a destination',
      description: 'What creating a link to it would say. Nothing is stored or fetched.',
      scope: 'read',
      body: destinationCheckRequestSchema,
      success: { status: 200, description: 'The verdict', schema: destinationCheckSchema },
    },
    ({ body }) => {
      const check = checkDestination(body.url, deps.isOwnHost);
      return json(
        check.ok
          ? { ok: true, url: check.url, displayHost: displayHost(check.url), problem: null }
          : {
              ok: false,
              url: null,
              displayHost: displayHost(body.url) || null,
              problem: { code: check.code, message: check.message },
            },
      );
    },
  );

  async function isTaken(code: string): Promise<boolean> {
    return (await deps.queries.links.taken(DEFAULT_DOMAIN_ID, [code])).length > 0;
  }
}
