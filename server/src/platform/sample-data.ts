import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The data set that comes with the project; `scripts/make-sample-data.mjs` writes it. */
export const SAMPLE_DIR = join(import.meta.dir, '../../data/sample');

const FILES = ['users.csv', 'urls.csv', 'events.csv'];

/** A bundled file by its plain name; null for every other name, so that no path ever reaches the disk. */
export async function readSampleFile(name: string): Promise<Uint8Array | null> {
  return FILES.includes(name) ? await readFile(join(SAMPLE_DIR, name)) : null;
}
