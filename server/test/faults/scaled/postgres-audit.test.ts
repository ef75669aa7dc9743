import { beforeAll, expect, test } from 'bun:test';
import { DIMENSIONS } from '@waymark/contract';
import { Pool } from 'pg';
import { FIRST_ANYWHERE, FIRST_ON_LINK, VALUE_SPAN, visitRollups } from '../../../src/clicks/rollup-rows.ts';
import { migrate } from '../../../src/storage/postgres/migrate.ts';
import { testDatabase } from '../../servers/shared.ts';
import { auditPostgres, discrepancies } from './postgres-audit.ts';

const HUMAN = DIMENSIONS.quality * VALUE_SPAN + 1;
const BOT = DIMENSIONS.quality * VALUE_SPAN + 2;
const REASON = DIMENSIONS.reason * VALUE_SPAN + 3;
const COUNTRIES = [4, 5].map((n) => DIMENSIONS.country * VALUE_SPAN + n);
const DAY = 20_000;
/** Columns of clicks that hold no value here. */
const OTHER_VALUES = [
  ...['device', 'browser', 'os', 'region', 'city', 'referrer', 'language'],
  ...['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'],
];

/** A database whose numbers are made by the domain's own rules, click by click. */
const template = {
  name: `audit_${crypto.randomUUID().slice(0, 8)}`,
  build: async (url: string) => {
    const pool = new Pool({ connectionString: url, max: 2 });
    await migrate(pool);
    await fill(pool);
    await pool.end();
  },
};
beforeAll(async () => {
  await (await testDatabase({ template })).drop();
}, 60_000);

async function fill(pool: Pool): Promise<void> {
  await pool.query(`INSERT INTO dimension_values VALUES ($1, ${DIMENSIONS.quality}, 'human')`, [HUMAN]);
  for (const id of [1, 2])
    await pool.query(
      `INSERT INTO links (id, domain_id, code, url, created_at, updated_at) VALUES ($1, 1, 'c' || $1::int, '', 0, 0)`,
      [id],
    );
  const seen = new Map<string, number>();
  const first = (key: string, bit: number) => {
    const bits = seen.get(key) ?? 0;
    seen.set(key, bits | bit);
    return (bits & bit) === 0;
  };
  for (let i = 0; i < 120; i++) {
    const linkId = 1 + (i % 2);
    const human = i % 3 !== 0;
    const visitor = i % 7;
    const at = DAY * 86_400_000 + (i % 5) * 1_700_000;
    let firstSeen = 0;
    for (const [key, plain] of [
      [`${linkId}/${visitor}`, FIRST_ON_LINK],
      [`0/${visitor}`, FIRST_ANYWHERE],
    ] as const) {
      if (first(key, 1)) firstSeen |= plain;
      if (human && first(key, 2)) firstSeen |= plain << 1;
    }
    const country = COUNTRIES[i % 2] ?? 0;
    const [quality, reason] = human ? [HUMAN, 0] : [BOT, REASON];
    await pool.query(
      `INSERT INTO clicks (id, link_id, at, url_version, country, quality, reason, visitor, first_seen, ${OTHER_VALUES.join(', ')})
       VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8, ${OTHER_VALUES.map(() => 0).join(', ')})`,
      [i + 1, linkId, at, country, quality, reason, visitor, firstSeen],
    );
    const additions: Promise<unknown>[] = [];
    visitRollups({ linkId, human, firstSeen, values: [country, quality, reason] }, (link, valueId, ...counts) => {
      additions.push(
        valueId === null
          ? pool.query('INSERT INTO rollup_15m VALUES ($1, $2, 1, $3, $4, $5)', [
              link,
              Math.floor(at / 900_000),
              ...counts,
            ])
          : addHour(pool, link > 0 && i % 2 === 0, Math.floor(at / 3_600_000), link, valueId, ...counts),
      );
    });
    await Promise.all(additions);
  }
  await pool.query(
    `INSERT INTO link_stats SELECT link_id, count(*), count(*) FILTER (WHERE quality = $1), count(*), max(at) FROM clicks GROUP BY 1`,
    [HUMAN],
  );
  await pool.query(`INSERT INTO ingest_batches VALUES ('e', 1, 60, '', 0), ('e', 61, 121, '', 0)`);
  await pool.query(`INSERT INTO ingest_edges VALUES ('e', 121, 120, 1, 0, 0)`);
}

/** As ingest adds it, or as housekeeping leaves it. */
function addHour(pool: Pool, asArrays: boolean, ...row: number[]): Promise<unknown> {
  return asArrays
    ? pool.query(
        `INSERT INTO rollup_hour_added VALUES ($1, $2, 0, ARRAY[$3::int8], ARRAY[1], ARRAY[$4::int4], ARRAY[$5::int4], ARRAY[$6::int4])`,
        row,
      )
    : pool.query('INSERT INTO rollup_hour VALUES ($1, $2, $3, 1, $4, $5, $6)', row);
}

test('numbers that follow from the rows are found in order, and told by code and edge', async () => {
  await using database = await testDatabase({ template });
  const { clicks, total, edges } = await auditPostgres(database.url);
  expect([...clicks].sort()).toEqual([
    ['c1', 60],
    ['c2', 60],
  ]);
  expect(total).toBe(120);
  expect(edges).toEqual([{ edge_id: 'e', accepted: 0, watermark: 121, committed: 120, discarded: 1, dead: 0 }]);
});

test.each([
  ['totals of links', 'UPDATE link_stats SET human_clicks = human_clicks + 1 WHERE link_id = 1'],
  ['quarter hours', 'UPDATE rollup_15m SET visitors = visitors + 1 WHERE ctid = (SELECT ctid FROM rollup_15m LIMIT 1)'],
  ['quarter hours', 'INSERT INTO rollup_15m SELECT * FROM rollup_15m LIMIT 1'],
  ['hours by value', 'DELETE FROM rollup_hour WHERE ctid = (SELECT ctid FROM rollup_hour LIMIT 1)'],
  ['hours by value', 'INSERT INTO rollup_hour VALUES (1, 1, 1, 1, 0, 0, 0)'],
  [
    'hours by value',
    'UPDATE rollup_hour_added SET clicks[1] = 2 WHERE ctid = (SELECT min(ctid) FROM rollup_hour_added)',
  ],
  ['days by value', `UPDATE rollup_tiers SET days_before = ${DAY + 1}`],
  ['first visits on a link', 'UPDATE clicks SET first_seen = first_seen | 1 WHERE id = 100'],
  ['first visits anywhere', 'UPDATE clicks SET first_seen = first_seen & ~4 WHERE id = 1'],
  ['ids of events', `INSERT INTO events VALUES (7, 1, NULL, 'created', 0, '{}')`],
  ['seqs taken once and without a gap', `UPDATE ingest_batches SET first_seq = 62 WHERE first_seq = 61`],
  ['all seqs below the watermark', `INSERT INTO ingest_batches VALUES ('e', 122, 130, '', 0)`],
  ['every seq accounted for', 'UPDATE ingest_edges SET dead = 1'],
  ['as many clicks as were committed', 'UPDATE ingest_edges SET committed = 121, discarded = 0'],
  ['as many clicks as were committed', 'DELETE FROM clicks WHERE id = 5'],
])(
  '%s: %s is found',
  async (check, damage) => {
    await using database = await testDatabase({ template });
    await database.psql(damage);
    expect((await discrepancies(database.url)).map((found) => found.check)).toContain(check);
  },
  30_000,
);
