import { readFileSync } from 'node:fs';
import { Reader, type Response } from 'maxmind';
import { BoundedCache } from '../../clicks/enrich/bounded-cache.ts';
import { NOWHERE, type Place } from '../../clicks/enrich/geo.ts';
import { placeOfRecord } from './place-record.ts';

/** Decoded parts of a file remembered per generation; they are keyed by their offset in it, so no address is. */
const PARTS_REMEMBERED = 2048;

/** An .mmdb file, open for look-ups. */
export interface MmdbFile {
  path: string;
  /** What the file says it is, such as `DBIP-City-Lite`. */
  type: string;
  builtAt: Date;
  ipVersion: 4 | 6;
  /** The place of a public address. Errors: throws where the file is damaged at that place. */
  find(address: string): Place;
}

/**
 * Opens a database. `mapped`: its pages stay in the file and are read as needed, for a big file that is only ever
 * replaced by renaming; a mapped file that is cut short in place kills the process.
 * Errors: throws where the file is missing or not in the format.
 */
export function openMmdb(path: string, mapped: boolean): MmdbFile {
  const reader = new Reader<Response>(mapped ? mappedBuffer(path) : readFileSync(path), {
    cache: new BoundedCache<string | number, object>(PARTS_REMEMBERED),
  });
  const { databaseType, buildEpoch, ipVersion } = reader.metadata;
  return {
    path,
    type: databaseType,
    builtAt: buildEpoch,
    ipVersion: ipVersion === 4 ? 4 : 6,
    find(address) {
      const record: unknown = reader.get(address);
      return record === null ? NOWHERE : placeOfRecord(record);
    },
  };
}

function mappedBuffer(path: string): Buffer {
  const { buffer, byteOffset, byteLength } = Bun.mmap(path);
  return Buffer.from(buffer, byteOffset, byteLength);
}
