import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MmapOutbox } from '../../src/storage/outbox/mmap-outbox.ts';
import { sealedThrough } from '../../src/storage/outbox/sealed-log.ts';
import { openDatabase } from './data-dir.ts';

/** Clicks by code. */
export type Clicks = Map<string, number>;

/**
 * Accepts clicks into the outbox of a directory that no server holds, as a server does that dies right after:
 * nothing of them is sealed. Returns how many each link got.
 */
export function acceptOffline(dir: string, count: number): Clicks {
  const db = openDatabase(dir);
  const links = db.query('SELECT id, code FROM links ORDER BY id').all() as { id: number; code: string }[];
  const committed = new Map(
    (db.query('SELECT edge_id, watermark FROM ingest_edges').values() as [string, number][]).map((row) => row),
  );
  db.close();
  const outboxDir = join(dir, 'outbox');
  const outbox = new MmapOutbox({
    dir: outboxDir,
    bytesMax: 2 ** 31,
    now: Date.now,
    committedSeq: (edgeId) => committed.get(edgeId) ?? 0,
    sealedSeq: (edgeId) => sealedThrough(outboxDir).get(edgeId) ?? 0,
    onSpareTaken: () => {},
  });
  const clicks: Clicks = new Map();
  for (let i = 0; i < count; i++) {
    const link = links[(i + (i >> 3)) % links.length];
    if (!link) throw new Error('no links');
    const accepted = outbox.append({
      at: Date.now(),
      linkId: link.id,
      urlVersion: 1,
      domainId: 1,
      address: `198.51.100.${i % 50}`,
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
      referrer: `https://site${i % 7}.example/`,
      acceptLanguage: 'de',
      purpose: '',
      query: '',
    });
    if (!accepted) throw new Error('the outbox is full');
    clicks.set(link.code, (clicks.get(link.code) ?? 0) + 1);
  }
  return clicks;
}

/** Makes a copied directory look like the original, which a copy of another inode is not. */
export function keepIdentity(copy: string): void {
  const path = join(copy, 'outbox', 'edge.json');
  const { dev, ino } = statSync(path, { bigint: true });
  const { edgeId } = JSON.parse(readFileSync(path, 'utf8')) as { edgeId: string };
  writeFileSync(path, JSON.stringify({ edgeId, inode: `${dev}:${ino}` }));
}
