import type { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { ReplicaLink } from '../../links/link.ts';
import { DATABASE_FILE, openForReading, openForWriting } from './database.ts';
import { LinkCopy } from './link-copy.ts';
import { makeLinkCopy } from './link-copy-maker.ts';
import { LOOK_UP, type LookUpRow, toReplicaLink } from './look-up.ts';
import { migrate } from './migrate.ts';
import { SqliteReplica } from './sqlite-replica.ts';

let dir: string;
let path: string;
let writer: Database;
let reader: Database;
/** The maker's own connection. */
let source: Database;
let replica: SqliteReplica;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'waymark-copy-'));
  path = join(dir, 'links.copy');
  writer = openForWriting(join(dir, DATABASE_FILE));
  writer.run('PRAGMA synchronous = OFF');
  migrate(writer);
  reader = openForReading(join(dir, DATABASE_FILE));
  source = openForReading(join(dir, DATABASE_FILE));
  replica = new SqliteReplica(reader, 100);
});
afterEach(() => {
  reader.close();
  source.close();
  writer.close();
  rmSync(dir, { recursive: true, force: true });
});

function create(code: string, url = `https://example.com/${code}`, columns: { quarantine_reason?: string } = {}): void {
  writer.run(
    'INSERT INTO links (domain_id, code, url, quarantine_reason, created_at, updated_at) VALUES (1, ?, ?, ?, 0, 0)',
    [code, url, columns.quarantine_reason ?? null],
  );
}

/** What the database says, without anything in between. */
function inDatabase(code: string): ReplicaLink | null {
  const row = writer.query<LookUpRow, [number, string]>(LOOK_UP).get(1, code);
  return row && toReplicaLink(row);
}

/** Has a copy made and used. `meanwhile` runs between two reads of the maker, as the event loop allows. */
async function copyLinks(options: { links?: number; roomLeftBytes?: number } = {}, meanwhile?: () => void) {
  const { links = 100, ...rest } = options;
  replica.copies.begin(links);
  const making = makeLinkCopy(source, { path, seed: replica.hashSeed, links, roomLeftBytes: 0, ...rest });
  meanwhile?.();
  const made = await making;
  replica.useCopy(new LinkCopy(made.buffer, made));
  return made;
}

describe('a packed copy of all links', () => {
  test('answers like the database, from memory alone', async () => {
    const codes = Array.from({ length: 5000 }, (_, n) => `code-${n.toString(36)}`);
    writer.run('BEGIN');
    for (const [n, code] of codes.entries()) create(code, `https://example.com/${'x'.repeat(n % 400)}`);
    writer.run(`UPDATE links SET active = 0, redirect_status = 308, expires_at = 99 WHERE id % 3 = 0`);
    writer.run('COMMIT');
    const made = await copyLinks({ links: codes.length });
    expect(made.links).toBe(codes.length);
    expect(made.buffer.byteLength).toBeLessThan(codes.length * 300);
    for (const code of codes) {
      expect(replica.find(1, code)).toEqual(inDatabase(code));
      expect(replica.lastFindHit).toBe(true);
    }
    expect(replica.find(1, 'code-')).toBeNull();
    expect(replica.lastFindHit).toBe(false);
  });

  test('leaves no file behind, so that nobody can cut short what is mapped', async () => {
    create('a');
    await copyLinks();
    expect(existsSync(path)).toBe(false);
    expect(replica.find(1, 'a')?.url).toBe('https://example.com/a');
  });

  test('leaves links in quarantine, and texts beyond ASCII, to the database', async () => {
    create('bad', 'https://example.com/bad', { quarantine_reason: 'phishing' });
    create('ü');
    create('b', 'https://example.com/ü');
    expect((await copyLinks()).links).toBe(0);
    for (const code of ['bad', 'ü', 'b']) {
      expect(replica.find(1, code)).toEqual(inDatabase(code));
      expect(replica.lastFindHit).toBe(false);
    }
  });

  test('leaves out what there are no slots for', async () => {
    writer.run('BEGIN');
    for (let n = 0; n < 300; n++) create(`c${n}`);
    writer.run('COMMIT');
    const { links, slots } = await copyLinks({ links: 10 });
    expect(links).toBeLessThan(slots);
    expect(links).toBeLessThan(300);
    for (let n = 0; n < 300; n++) expect(replica.find(1, `c${n}`)?.url).toBe(`https://example.com/c${n}`);
  });

  test('is not answered from for what changed, was deleted or was made since', async () => {
    for (const code of ['same', 'changed', 'deleted']) create(code);
    await copyLinks();
    writer.run(`UPDATE links SET url = 'https://example.com/elsewhere' WHERE code = 'changed'`);
    writer.run(`UPDATE links SET deleted_at = 1 WHERE code = 'deleted'`);
    create('made');
    replica.invalidate(1, ['changed', 'deleted', 'made']);
    const urls = ['same', 'changed', 'deleted', 'made'].map((code) => replica.find(1, code)?.url ?? null);
    expect(urls).toEqual(['same', 'elsewhere', null, 'made'].map((end) => end && `https://example.com/${end}`));
    expect(replica.copies.changes).toBe(3);
  });

  test('knows what changed while it was made, before and after the link was read', async () => {
    writer.run('BEGIN');
    for (let n = 0; n < 5000; n++) create(`c${String(n).padStart(4, '0')}`);
    writer.run('COMMIT');
    await copyLinks({ links: 5000 }, () => {
      // The first read of the maker is over, the last one is to come.
      for (const code of ['c0000', 'c4999']) {
        writer.run(`UPDATE links SET url = 'https://example.com/new' WHERE code = ?`, [code]);
        replica.invalidate(1, [code]);
      }
    });
    for (const code of ['c0000', 'c4999']) expect(replica.find(1, code)?.url).toBe('https://example.com/new');
  });

  test('takes the place of a former one, which is then let go', async () => {
    create('a', 'https://example.com/1');
    const first = await copyLinks();
    writer.run(`UPDATE links SET url = 'https://example.com/2'`);
    replica.invalidate(1, ['a']);
    replica.copies.begin(1);
    const made = await makeLinkCopy(source, { path, seed: replica.hashSeed, links: 1, roomLeftBytes: 0 });
    expect(replica.useCopy(new LinkCopy(made.buffer, made))?.buffer).toBe(first.buffer);
    structuredClone(first.buffer, { transfer: [first.buffer] });
    expect([replica.find(1, 'a')?.url, replica.lastFindHit]).toEqual(['https://example.com/2', true]);
  });

  test('is not made where too little room would be left on the disk, and leaves nothing there', async () => {
    create('a');
    await expect(copyLinks({ roomLeftBytes: 2 ** 52 })).rejects.toThrow('too little room');
    expect(existsSync(path)).toBe(false);
  });
});

test('whatever happens to links while copies are made, every look-up gives what the database has', async () => {
  const codes = Array.from({ length: 12 }, (_, n) => `c${String(n).padStart(2, '0')}`);
  const code = fc.constantFrom(...codes);
  const step = fc.tuple(
    fc.constantFrom('create', 'url', 'active', 'expire', 'quarantine', 'delete', 'restore', 'begin', 'use', 'find'),
    code,
    fc.nat(1000),
  );
  const apply = (what: string, code: string, n: number): void => {
    const set = (assignment: string, ...values: (string | number | null)[]) =>
      writer.run(`UPDATE links SET ${assignment} WHERE code = ?`, [...values, code]);
    if (what === 'create')
      writer.run(
        'INSERT INTO links (domain_id, code, url, created_at, updated_at) VALUES (1, ?, ?, 0, 0) ON CONFLICT DO NOTHING',
        [code, `https://example.com/${n}`],
      );
    else if (what === 'url') set('url = ?, url_version = url_version + 1', `https://example.com/${n % 9 ? n : 'ü'}`);
    else if (what === 'active') set('active = ?', n % 2);
    else if (what === 'expire') set('expires_at = ?', n % 3 ? n : null);
    else if (what === 'quarantine') set('quarantine_reason = ?', n % 2 ? 'phishing' : null);
    else if (what === 'delete') set('deleted_at = ?', n);
    else set('deleted_at = NULL');
    replica.invalidate(1, [code]);
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }),
      fc.boolean(),
      async (steps, inMemory) => {
        writer.run('DELETE FROM links');
        for (const code of codes.slice(0, 8)) create(code);
        replica.invalidate(1, []); // Ends its read: the next one has the same connection.
        replica = new SqliteReplica(reader, inMemory ? 100 : 0);
        let making: ReturnType<typeof makeLinkCopy> | null = null;
        const use = async () => {
          const made = await making;
          making = null;
          if (made) replica.useCopy(new LinkCopy(made.buffer, made));
        };
        for (const [what, code, n] of steps) {
          if (what === 'begin') {
            await use();
            replica.copies.begin(12);
            making = makeLinkCopy(source, {
              path,
              seed: replica.hashSeed,
              links: 12,
              roomLeftBytes: 0,
              linksPerRead: 3,
            });
          } else if (what === 'use') {
            await use();
          } else if (what === 'find') {
            // The maker goes on for a read or two meanwhile.
            await new Promise<void>((resume) => setImmediate(resume));
          } else {
            apply(what, code, n);
          }
          expect(replica.find(1, code)).toEqual(inDatabase(code));
        }
        await use();
        for (const code of codes) expect(replica.find(1, code)).toEqual(inDatabase(code));
      },
    ),
    { numRuns: 12 },
  );
}, 60_000);
