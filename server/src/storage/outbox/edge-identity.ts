import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Who this outbox is. The file names its own inode: a copied directory has another one, so the copy takes a new
 * edge id before it accepts a click, and clicks of original and copy are never taken for one another.
 */
export interface EdgeIdentity {
  edgeId: string;
  /** The id of the outbox this one was copied from, where that was just found out. */
  copiedFrom: string | null;
}

const FILE = 'edge.json';

interface Stored {
  edgeId: string;
  inode: string;
}

function read(path: string): Stored | null {
  try {
    const stored = JSON.parse(readFileSync(path, 'utf8')) as Partial<Stored>;
    if (typeof stored.edgeId !== 'string' || !/^[0-9a-f]{32}$/.test(stored.edgeId)) return null;
    return { edgeId: stored.edgeId, inode: String(stored.inode) };
  } catch {
    return null; // Absent, or death came before its first words: nothing was accepted under it.
  }
}

export function loadEdgeIdentity(dir: string): EdgeIdentity {
  const path = join(dir, FILE);
  const stored = read(path);
  if (stored) {
    const { dev, ino } = statSync(path, { bigint: true });
    if (stored.inode === `${dev}:${ino}`) return { edgeId: stored.edgeId, copiedFrom: null };
  }
  return { edgeId: drawEdgeId(dir), copiedFrom: stored?.edgeId ?? null };
}

/** Gives the outbox a fresh edge id, which it has at every later start. */
export function drawEdgeId(dir: string): string {
  const edgeId = randomBytes(16).toString('hex');
  const fd = openSync(join(dir, FILE), 'w', 0o600);
  const { dev, ino } = fstatSync(fd, { bigint: true });
  writeSync(fd, JSON.stringify({ edgeId, inode: `${dev}:${ino}` } satisfies Stored));
  fsyncSync(fd);
  closeSync(fd);
  return edgeId;
}
