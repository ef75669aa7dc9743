import { sql } from 'kysely';
import type { LinkId, LinkWithCounts } from '../../links/link.ts';
import type { NewLink } from '../../links/store.ts';
import { AppError } from '../../platform/app-error.ts';
import type { WriteContext } from './context.ts';
import type { CounterBatch } from './counter-batch.ts';
import type { EventLog } from './event-log.ts';
import { holdUsers } from './held-rows.ts';

/** Draws of a random code before giving up; at ten million links two in a row are already one in 10^10. */
const DRAWS_MAX = 20;

interface Attempt {
  at: number;
  link: NewLink;
  code: string;
}

/** Makes links, any number with as many statements as one. */
export class LinkCreation {
  constructor(
    private readonly ctx: WriteContext,
    private readonly log: EventLog,
    private readonly drawCode: () => string,
  ) {}

  /** Each on its own: in their place comes the link, or why it was refused. */
  async insert(links: readonly NewLink[], counters: CounterBatch): Promise<(LinkWithCounts | AppError)[]> {
    const now = this.ctx.now();
    const owners = await holdUsers(this.ctx.db, [...new Set(links.flatMap(({ ownerId }) => ownerId ?? []))]);
    const results = new Map<number, LinkWithCounts | AppError>();
    let open: Attempt[] = [];
    for (const [at, link] of links.entries()) {
      if (link.ownerId === null || owners.has(link.ownerId)) {
        open.push({ at, link, code: link.code ?? this.drawCode() });
      } else results.set(at, ownerNotFound());
    }
    for (let draw = 0; open.length > 0; draw++) {
      if (draw === DRAWS_MAX) throw new Error('no free code was drawn');
      const ids = await this.insertRows(open, now);
      const refused: Attempt[] = [];
      for (const attempt of open) {
        const id = ids.get(keyOf(attempt.link.domainId, attempt.code));
        // Of two in one call that want the same code, the first has it.
        if (id === undefined || !ids.delete(keyOf(attempt.link.domainId, attempt.code))) refused.push(attempt);
        else results.set(attempt.at, madeLink(attempt, id, now));
      }
      open = await this.againOf(refused, results);
    }
    const made = [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
    await this.record(
      made.filter((result): result is LinkWithCounts => !(result instanceof AppError)),
      counters,
    );
    return made;
  }

  private async insertRows(attempts: readonly Attempt[], now: number): Promise<Map<string, number>> {
    const column = <T>(value: (attempt: Attempt) => T) => attempts.map(value);
    const { rows } = await sql<{ id: number; domain_id: number; code: string }>`
      INSERT INTO links (domain_id, code, url, title, active, expires_at, redirect_status, owner_id, created_at, updated_at)
      SELECT domain_id, code, url, title, active, expires_at, redirect_status, owner_id, ${now}::bigint, ${now}::bigint
      FROM unnest(${column(({ link }) => link.domainId)}::int[], ${column(({ code }) => code)}::text[],
        ${column(({ link }) => link.url)}::text[], ${column(({ link }) => link.title)}::text[],
        ${column(({ link }) => link.active)}::boolean[], ${column(({ link }) => link.expiresAt)}::bigint[],
        ${column(({ link }) => link.redirectStatus)}::smallint[], ${column(({ link }) => link.ownerId)}::int[])
        WITH ORDINALITY AS given (domain_id, code, url, title, active, expires_at, redirect_status, owner_id, place)
      ORDER BY place
      ON CONFLICT DO NOTHING RETURNING id, domain_id, code`.execute(this.ctx.db);
    return new Map(rows.map(({ id, domain_id, code }) => [keyOf(domain_id, code), id]));
  }

  /** Refuses chosen codes that are taken; the rest goes again: under another code, or, where an import took the id, another id. */
  private async againOf(
    refused: readonly Attempt[],
    results: Map<number, LinkWithCounts | AppError>,
  ): Promise<Attempt[]> {
    const chosen = refused.filter(({ link }) => link.code !== null);
    const taken = new Set<string>();
    if (chosen.length > 0) {
      const { rows } = await sql<{ domain_id: number; code: string }>`
        SELECT domain_id, code FROM links
        WHERE (domain_id, code) IN (SELECT * FROM unnest(${chosen.map(({ link }) => link.domainId)}::int[],
          ${chosen.map(({ code }) => code)}::text[]))`.execute(this.ctx.db);
      for (const { domain_id, code } of rows) taken.add(keyOf(domain_id, code));
    }
    return refused.flatMap((attempt) => {
      if (attempt.link.code === null) return [{ ...attempt, code: this.drawCode() }];
      if (!taken.has(keyOf(attempt.link.domainId, attempt.code))) return [attempt];
      results.set(attempt.at, codeTaken());
      return [];
    });
  }

  private async record(made: readonly LinkWithCounts[], counters: CounterBatch): Promise<void> {
    const events = made.map(({ id, code, url, ownerId }) => ({
      linkId: id,
      userId: ownerId,
      type: 'created',
      details: { short_code: code, original_url: url },
    }));
    await this.log.append(events, counters);
    for (const { domainId, code, ownerId } of made) {
      counters.addLinks(ownerId, 1);
      this.ctx.linkChanged(domainId, code);
    }
  }
}

const keyOf = (domainId: number, code: string): string => `${domainId}/${code}`;

function madeLink({ link, code }: Attempt, id: number, now: number): LinkWithCounts {
  return {
    ...link,
    id: id as LinkId,
    code,
    urlVersion: 1,
    version: 1,
    quarantineReason: null,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
    clicks: 0,
    humanClicks: 0,
    lastClickAt: null,
  };
}

function ownerNotFound(): AppError {
  return new AppError('not_found', 'User not found', { details: [{ field: 'user_id', message: 'is no user' }] });
}

function codeTaken(): AppError {
  return new AppError('code_taken', 'The code is taken', { details: [{ field: 'code', message: 'is taken' }] });
}
