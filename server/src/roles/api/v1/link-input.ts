import type { z } from '@hono/zod-openapi';
import { codeProblem, type ErrorCode, type ErrorDetail } from '@waymark/contract';
import type { linkCreateSchema, linkPatchSchema } from '@waymark/contract/v1/links';
import { checkDestination } from '../../../links/destination.ts';
import { DEFAULT_DOMAIN_ID } from '../../../links/link.ts';
import type { LinkPatch, NewLink } from '../../../links/store.ts';
import { AppError } from '../../../platform/app-error.ts';
import type { ApiDeps } from '../deps.ts';

type CreateInput = z.output<typeof linkCreateSchema>;
type PatchInput = z.output<typeof linkPatchSchema>;
type Hosts = Pick<ApiDeps, 'isOwnHost'>;

const CODE_MESSAGES = {
  invalid_code: 'must be 3 to 64 of A-Z a-z 0-9 _ -, and not digits alone',
  reserved_code: 'belongs to the service itself',
};

/** A link to be made, from a body of the right shape. Errors: `invalid_url`, `self_link`, `invalid_code`, `reserved_code`; all in `details`. */
export function toNewLink(input: CreateInput, deps: Hosts): NewLink {
  const problems: FieldProblem[] = [];
  const url = destination(input.url, deps, problems);
  const code = input.code ?? null;
  const reason = code === null ? null : codeProblem(code);
  if (reason !== null) problems.push({ code: reason, field: 'code', message: CODE_MESSAGES[reason] });
  refuse(problems);
  return {
    domainId: DEFAULT_DOMAIN_ID,
    code,
    url,
    title: input.title ?? null,
    active: input.active,
    expiresAt: input.expiresAt ?? null,
    redirectStatus: input.redirectStatus,
    ownerId: input.ownerId ?? null,
  };
}

/** Changes to a link, from a body of the right shape. Errors: `invalid_url`, `self_link`. */
export function toLinkPatch(input: PatchInput, deps: Hosts): LinkPatch {
  const problems: FieldProblem[] = [];
  const patch: LinkPatch = {
    ...(input.url !== undefined && { url: destination(input.url, deps, problems) }),
    ...(input.title !== undefined && { title: input.title }),
    ...(input.active !== undefined && { active: input.active }),
    ...(input.expiresAt !== undefined && { expiresAt: input.expiresAt }),
    ...(input.redirectStatus !== undefined && { redirectStatus: input.redirectStatus }),
  };
  refuse(problems);
  return patch;
}

interface FieldProblem extends ErrorDetail {
  code: ErrorCode;
}

function destination(text: string, deps: Hosts, problems: FieldProblem[]): string {
  const check = checkDestination(text, deps.isOwnHost);
  if (check.ok) return check.url;
  problems.push({ code: check.code, field: 'url', message: check.message });
  return text;
}

function refuse(problems: FieldProblem[]): void {
  const [first] = problems;
  if (!first) return;
  throw new AppError(first.code, `${first.field}: ${first.message}`, {
    details: problems.map(({ field, message }) => ({ field, message })),
  });
}

/** A store's refusal in the words of v1: its fields, and "Link" for what the classic API calls a URL. */
export function inV1Words(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'not_found') return error;
  const field = error.details[0]?.field;
  if (field === 'user_id') return unknownOwner();
  return new AppError('not_found', 'Link not found');
}

export function unknownOwner(): AppError {
  return new AppError('invalid_request', 'ownerId: is no user', {
    details: [{ field: 'ownerId', message: 'is no user' }],
  });
}
