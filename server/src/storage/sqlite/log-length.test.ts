import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATABASE_FILE, openForReading, openForWriting } from './database.ts';
import { LogLength } from './log-length.ts';

test('the log is long when readers keep it from its front, and short again once they let go', () => {
  const dir = mkdtempSync(join(tmpdir(), 'waymark-log-'));
  const file = join(dir, DATABASE_FILE);
  const writer = openForWriting(file);
  writer.run('PRAGMA synchronous = OFF');
  writer.run('CREATE TABLE blobs (id INTEGER PRIMARY KEY, bytes BLOB)');
  const reader = openForReading(file);
  const log = new LogLength(file);
  const write = (pages: number) =>
    writer.run('INSERT INTO blobs (bytes) SELECT zeroblob(? * 8192)', [pages]) && log.hasChanged();
  try {
    expect(write(10)).toBe(false);
    reader.run('BEGIN');
    reader.query('SELECT count(*) FROM blobs').get();
    expect(write(3990)).toBe(true);
    expect(log.isLong).toBe(true);
    expect(write(1100)).toBe(false); // Past SQLite's own checkpoint, which the reader keeps from its end.
    reader.run('COMMIT');
    write(1); // Its checkpoint reaches the end,
    expect(write(1)).toBe(true); // and the next transaction begins at the front.
    expect(log.isLong).toBe(false);
  } finally {
    log.close();
    reader.close();
    writer.close();
    rmSync(dir, { recursive: true, force: true });
  }
});
