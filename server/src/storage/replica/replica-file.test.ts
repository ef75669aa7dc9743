import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FeedLink, LinkChange } from '../../links/change-feed.ts';
import type { LinkId } from '../../links/link.ts';
import { openForReading } from '../sqlite/database.ts';
import { SqliteReplica } from '../sqlite/sqlite-replica.ts';
import { openReplica, REPLICA_FILE } from './open-replica.ts';
import { ReplicaFile } from './replica-file.ts';

let dir: string;
let path: string;
let opened: Database[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'waymark-replica-'));
  path = join(dir, REPLICA_FILE);
  opened = [];
});
afterEach(() => {
  for (const sqlite of opened) sqlite.close();
  rmSync(dir, { recursive: true, force: true });
});

function open(): ReplicaFile {
  const { sqlite } = openReplica(path);
  opened.push(sqlite);
  return new ReplicaFile(sqlite);
}

const link = (id: number, code: string, version = 1, url = `https://example.com/${code}/${version}`): FeedLink => ({
  id: id as LinkId,
  domainId: 1,
  code,
  url,
  urlVersion: version,
  redirectStatus: 302,
  active: true,
  expiresAt: null,
  quarantineReason: null,
  version,
});
const changed = (link: FeedLink): LinkChange => ({ domainId: 1, code: link.code, linkId: link.id, link });
const gone = (id: number, code: string): LinkChange => ({ domainId: 1, code, linkId: id, link: null });

/** A replica that follows from seq 10 and has these links. */
function following(...links: FeedLink[]): ReplicaFile {
  const file = open();
  file.beginSnapshot({ epoch: 'e', seq: 10 });
  file.addPage(links, links.at(-1)?.id ?? 0);
  file.endSnapshot();
  return file;
}

describe('the replica on disk', () => {
  test('is what redirects read, change after change, and knows its cursor after a restart', () => {
    const file = following(link(1, 'a'), link(2, 'b'));
    const reader = openForReading(path);
    opened.push(reader);
    const replica = new SqliteReplica(reader, 0);
    expect(replica.find(1, 'a')).toEqual({
      id: 1 as LinkId,
      code: 'a',
      url: 'https://example.com/a/1',
      urlVersion: 1,
      redirectStatus: 302,
      active: true,
      expiresAt: null,
      quarantineReason: null,
    });
    expect(file.apply([changed(link(1, 'a', 2)), gone(2, 'b'), changed(link(3, 'c'))], 17)).toEqual([
      [1, 'a'],
      [1, 'b'],
      [1, 'c'],
    ]);
    replica.invalidate(1, ['a', 'b', 'c']);
    expect(['a', 'b', 'c'].map((code) => replica.find(1, code)?.url ?? null)).toEqual([
      'https://example.com/a/2',
      null,
      'https://example.com/c/1',
    ]);
    expect(open().cursor).toEqual({ epoch: 'e', seq: 17 });
  });

  test('never goes back to an older state, whoever brings it', () => {
    const file = following(link(1, 'a', 5));
    expect(file.apply([changed(link(1, 'a', 4))], 11)).toEqual([]);
    expect(file.keep(link(1, 'a', 3)).version).toBe(5);
    expect(file.apply([changed(link(9, 'a', 1))], 12)).toEqual([[1, 'a']]);
    // The purge of the code's former link, told late, does not take away the present one.
    expect(file.apply([gone(1, 'a')], 13)).toEqual([]);
    expect(file.keep(link(1, 'a', 6)).id).toBe(9 as LinkId);
    expect(file.cursor).toEqual({ epoch: 'e', seq: 13 });
  });

  test('names no code whose redirect is as before', () => {
    const file = following(link(1, 'a', 1, 'https://example.com/same'));
    expect(file.apply([changed(link(1, 'a', 2, 'https://example.com/same'))], 11)).toEqual([[1, 'a']]);
    expect(file.apply([changed({ ...link(1, 'a', 3, 'https://example.com/same'), urlVersion: 2 })], 12)).toEqual([]);
    expect(file.find(1, 'a')?.version).toBe(3);
  });

  test('serves what it has while a snapshot comes in, and drops at its end what the snapshot did not have', () => {
    const file = following(link(1, 'a'), link(2, 'b'), link(3, 'c', 7));
    file.beginSnapshot({ epoch: 'other', seq: 3 });
    expect(file.cursor).toEqual({ epoch: 'e', seq: 10 });
    // Of another epoch: the database was put back, so a lower version is the true one.
    expect(file.addPage([link(1, 'a'), link(3, 'c', 2)], 3)).toEqual([[1, 'c']]);
    expect(file.find(1, 'b')?.id).toBe(2 as LinkId);
    expect(file.endSnapshot()).toEqual([[1, 'b']]);
    expect([file.cursor, file.snapshot]).toEqual([{ epoch: 'other', seq: 3 }, null]);
    expect(['a', 'b', 'c'].map((code) => file.find(1, code)?.version ?? null)).toEqual([1, null, 2]);
  });

  test('lets a page of a snapshot not undo what a look-up found after the page was read', () => {
    const file = open();
    file.beginSnapshot({ epoch: 'e', seq: 1 });
    file.keep(link(1, 'a', 3));
    expect(file.addPage([link(1, 'a', 2), link(2, 'b')], 2)).toEqual([]);
    file.keep(link(9, 'later'));
    expect(file.endSnapshot()).toEqual([]);
    expect(file.find(1, 'a')?.version).toBe(3);
    expect(file.find(1, 'later')?.id).toBe(9 as LinkId);
  });

  test('goes on with an interrupted snapshot where it was', () => {
    const file = open();
    file.beginSnapshot({ epoch: 'e', seq: 5 });
    file.addPage([link(1, 'a'), link(2, 'b')], 2);
    const again = open();
    expect(again.snapshot).toEqual({ cursor: { epoch: 'e', seq: 5 }, afterId: 2 });
    expect(again.cursor).toBeNull();
    again.addPage([link(3, 'c')], 3);
    again.endSnapshot();
    expect(again.find(1, 'a')?.id).toBe(1 as LinkId);
  });

  test('keeps nothing of a page that could not be written whole', () => {
    const file = following(link(1, 'a'));
    const broken = { ...link(2, 'b'), url: null as unknown as string };
    expect(() => file.apply([changed(link(1, 'a', 2)), changed(broken)], 99)).toThrow();
    expect(file.find(1, 'a')?.version).toBe(1);
    expect(file.cursor).toEqual({ epoch: 'e', seq: 10 });
  });

  test('keeps salts until their day is too long ago', () => {
    const file = open();
    file.addSalts([{ day: 1, salt: 'x' }], 0);
    file.addSalts([{ day: 2, salt: 'y' }], 2);
    expect(open().salts()).toEqual([{ day: 2, salt: 'y' }]);
  });
});

describe('a file that is no replica', () => {
  test.each([
    ['text', () => writeFileSync(path, 'not a database at all, but long enough to have a header'.repeat(50))],
    [
      'another database',
      () => {
        const other = new Database(path, { create: true });
        other.run('CREATE TABLE links (id INTEGER)');
        other.close();
      },
    ],
    [
      'a replica of another format',
      () => {
        const { sqlite } = openReplica(path);
        sqlite.run('PRAGMA user_version = 99');
        sqlite.close();
      },
    ],
  ])('is thrown away and made anew: %s', (_, write) => {
    write();
    const { sqlite, discarded } = openReplica(path);
    opened.push(sqlite);
    expect(discarded).toBe(true);
    expect(new ReplicaFile(sqlite).cursor).toBeNull();
  });
});
