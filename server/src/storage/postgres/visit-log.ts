import type { PoolClient } from 'pg';
import { int2s, int4s, int8s } from './binary-arrays.ts';
import { CopyRows, copyIn } from './copy-in.ts';
import { ANYWHERE, type FirstVisits, SEEN, type Visit } from './first-visits.ts';

/** Set in a mask beside the others where a visitor that was seen before was taken for a person only later. */
const HUMAN_LATER = 4;
/** Groups that go the careful way after one that met a rival. */
const CAREFUL_GROUPS = 16;
const UNIQUE_VIOLATION = '23505';

/**
 * The table of visitors seen. Whoever stores a visitor first holds its row until the end of its transaction; another that has
 * the same visitor waits for it and then sees what it left. Visitors are stored in the order of their keys, so nobody waits
 * in a circle.
 *
 * Most visitors of a group are new: those are looked for and then copied in, which costs the server half of what
 * INSERT ... ON CONFLICT does (6.2 against 13.8 µs a click). Where another worker has stored one of them in between, the
 * copy is undone and all are stored the careful way, as are those of the next groups.
 */
export class VisitLog {
  private careful = 0;

  /** Stores the visits and fills in what was known of each before. */
  async store(client: PoolClient, visits: FirstVisits): Promise<void> {
    const sorted = visits.sorted();
    if (sorted.length === 0) return;
    if (this.careful > 0) {
      this.careful--;
      await upsert(client, visits, sorted);
      return;
    }
    await lookUp(client, visits, sorted);
    const fresh = sorted.filter(({ known }) => known === 0);
    const raised = sorted.filter(({ known, mask }) => known !== 0 && (known & mask) !== mask);
    if (!(await tryCopy(client, fresh))) {
      this.careful = CAREFUL_GROUPS;
      await upsert(client, visits, fresh);
    }
    if (raised.length > 0) await upsert(client, visits, raised);
  }
}

/**
 * Who was nowhere that day was not on any link either, so only those seen anywhere are looked for on links.
 * @NOTE Sub-selects with OFFSET 0 are looked up key by key. Left free, the planner reads the whole day for a day that was
 * empty when it last looked.
 */
async function lookUp(client: PoolClient, visits: FirstVisits, sorted: readonly Visit[]): Promise<void> {
  for (const day of new Set(sorted.map((visit) => visit.day))) {
    const ofDay = sorted.filter((visit) => visit.day === day);
    const anywhere = ofDay.filter(({ linkId }) => linkId === ANYWHERE);
    const { rows } = await client.query<[visitor: number, mask: number]>({
      name: 'visitors-anywhere',
      text: `SELECT u.visitor, v.mask FROM unnest($2::int8[]) AS u (visitor) CROSS JOIN LATERAL
               (SELECT mask FROM visitors_seen WHERE day = $1 AND link_id = ${ANYWHERE} AND visitor = u.visitor OFFSET 0) AS v`,
      values: [day, int8s(anywhere.map(({ visitor }) => visitor))],
      rowMode: 'array',
    });
    for (const [visitor, mask] of rows) know(visits.find(day, ANYWHERE, visitor), mask);
    const returning = ofDay.filter(
      ({ linkId, visitor }) => linkId !== ANYWHERE && visits.find(day, ANYWHERE, visitor)?.known,
    );
    if (returning.length > 0) await lookUpOnLinks(client, visits, day, returning);
  }
}

async function lookUpOnLinks(client: PoolClient, visits: FirstVisits, day: number, some: readonly Visit[]) {
  const { rows } = await client.query<[linkId: number, visitor: number, mask: number]>({
    name: 'visitors-on-links',
    text: `SELECT u.link_id, u.visitor, v.mask FROM unnest($2::int4[], $3::int8[]) AS u (link_id, visitor) CROSS JOIN LATERAL
             (SELECT mask FROM visitors_seen WHERE day = $1 AND link_id = u.link_id AND visitor = u.visitor OFFSET 0) AS v`,
    values: [day, int4s(some.map(({ linkId }) => linkId)), int8s(some.map(({ visitor }) => visitor))],
    rowMode: 'array',
  });
  for (const [linkId, visitor, mask] of rows) know(visits.find(day, linkId, visitor), mask);
}

function know(visit: Visit | undefined, mask: number): void {
  if (visit) visit.known = mask & ~HUMAN_LATER;
}

/** False where somebody else has stored one of them meanwhile; nothing of them is stored then. */
async function tryCopy(client: PoolClient, fresh: readonly Visit[]): Promise<boolean> {
  if (fresh.length === 0) return true;
  const cells: number[] = [];
  for (const { day, linkId, visitor, mask } of fresh) cells.push(day, linkId, visitor, mask);
  await client.query('SAVEPOINT visits');
  try {
    await copyIn(client, 'visitors_seen (day, link_id, visitor, mask)', new CopyRows(cells, [4, 4, 8, 2]));
    await client.query('RELEASE visits');
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
    await client.query('ROLLBACK TO visits; RELEASE visits');
    return false;
  }
}

/** @NOTE A row tells by HUMAN_LATER whether it was there before: which rows were inserted can't be asked of a partitioned table. */
async function upsert(client: PoolClient, visits: FirstVisits, some: readonly Visit[]): Promise<void> {
  const { rows } = await client.query<[day: number, linkId: number, visitor: number, mask: number]>({
    name: 'upsert-visitors',
    text: `INSERT INTO visitors_seen AS v (day, link_id, visitor, mask)
           SELECT * FROM unnest($1::int4[], $2::int4[], $3::int8[], $4::int2[])
           ON CONFLICT (day, link_id, visitor) DO UPDATE SET mask = v.mask | excluded.mask | ${HUMAN_LATER}
             WHERE v.mask & excluded.mask <> excluded.mask
           RETURNING day, link_id, visitor, mask`,
    values: [
      int4s(some.map(({ day }) => day)),
      int4s(some.map(({ linkId }) => linkId)),
      int8s(some.map(({ visitor }) => visitor)),
      int2s(some.map(({ mask }) => mask)),
    ],
    rowMode: 'array',
  });
  // What does not come back was all known.
  for (const visit of some) visit.known = visit.mask;
  for (const [day, linkId, visitor, mask] of rows) {
    const visit = visits.find(day, linkId, visitor);
    if (visit) visit.known = mask & HUMAN_LATER ? SEEN : 0;
  }
}
