import { copyFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openForWriting } from '../../src/storage/sqlite/database.ts';
import { migrate } from '../../src/storage/sqlite/migrate.ts';
import { BROWSER, temporary } from './processes.ts';

/** Makes a database of `count` links whose codes follow from their number. Takes about 5 s a million. */
export function seedLinks(dataDir: string, count: number): void {
  const db = openForWriting(join(dataDir, 'waymark.db'));
  migrate(db);
  db.run('PRAGMA synchronous = OFF');
  const perTransaction = 500_000;
  for (let from = 0; from < count; from += perTransaction) {
    const to = Math.min(count, from + perTransaction);
    db.run(
      `WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${to})
       INSERT INTO links (id, domain_id, code, url, active, created_at, updated_at)
       SELECT i + 1, 1, printf('c%08d', i), 'https://example.com/some/path/' || i, 1, 1700000000000 + i, 1700000000000 + i FROM n`,
    );
  }
  db.run(`INSERT INTO counters (kind, key, n) VALUES ('links', '', ${count})`);
  db.run('PRAGMA wal_checkpoint(TRUNCATE)');
  db.run('ANALYZE');
  db.close();
}

/** A data directory of its own with `count` links. With BENCH_SEEDS the database is made once in that directory, and copied. */
export function seededDirectory(count: number): string {
  const dir = temporary(`links-${count}`);
  const seeds = process.env.BENCH_SEEDS;
  if (!seeds) {
    seedLinks(dir, count);
    return dir;
  }
  const kept = join(seeds, `links-${count}.db`);
  if (!existsSync(kept)) {
    mkdirSync(seeds, { recursive: true });
    seedLinks(dir, count);
    renameSync(join(dir, 'waymark.db'), kept);
  }
  copyFileSync(kept, join(dir, 'waymark.db'));
  return dir;
}

/**
 * A wrk script that asks for codes of links 0 to `count` - 1 by Zipf's law (exponent 1), drawn anew for every run.
 * `draws` distinct requests are made ready beforehand and sent in turn.
 */
export function zipfScript(dir: string, count: number, draws = 200_000): string {
  const path = join(dir, `zipf-${count}.lua`);
  writeFileSync(
    path,
    `local requests = {}
local headers = {
  ['User-Agent'] = '${BROWSER}',
  ['Accept-Language'] = 'de-DE,de;q=0.9,en;q=0.8',
  ['Referer'] = 'https://news.example.org/a/b/c',
}
function init(args)
  math.randomseed(os.time())
  for i = 1, ${draws} do
    local rank = math.floor(${count} ^ math.random()) - 1
    -- Ranks are spread over the table, so that neighbours in fame are not neighbours on disk.
    local number = (rank * 7919) % ${count}
    requests[i] = wrk.format('GET', string.format('/c%08d', number), headers)
  end
end
local at = 0
function request()
  at = at % ${draws} + 1
  return requests[at]
end
`,
  );
  return path;
}

/** Codes drawn by Zipf's law as in `zipfScript`, one a line. */
export function zipfCodes(path: string, count: number, draws = 200_000): void {
  const codes = Array.from({ length: draws }, () => {
    const rank = Math.floor(count ** Math.random()) - 1;
    return `c${String((rank * 7919) % count).padStart(8, '0')}`;
  });
  writeFileSync(path, codes.join('\n'));
}
