import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** A file of the built dashboard, as it is sent. */
export interface BuiltFile {
  contentType: string;
  bytes: Uint8Array<ArrayBuffer>;
  /** The same, compressed with Brotli by the build; null where it was not. */
  brotli: Uint8Array<ArrayBuffer> | null;
  /** Of the uncompressed bytes, without quotes. */
  hash: string;
}

/** Files by their path below the dashboard's, such as `assets/links-B2x.js`. */
export type BuiltFiles = ReadonlyMap<string, BuiltFile>;

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/** Whether a path names a file rather than a page of the dashboard. */
export function namesFile(path: string): boolean {
  return extname(path) in TYPES;
}

/**
 * Reads a build into memory: names that a request may ask for are then those of a map, and no path reaches the disk.
 * Shape: null where there is no index.html; files of other types and those whose path has a part with a dot in front are
 * left out.
 */
export async function readBuiltFiles(directory: string): Promise<BuiltFiles | null> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length).replace(/^\/+/, ''))
    .filter((path) => namesFile(path) && !hidesPart(path));
  if (!paths.includes('index.html')) return null;
  const files = await Promise.all(paths.map(async (path) => [path, await readBuiltFile(directory, path)] as const));
  return new Map(files);
}

/** Whether a part of a path has a dot in front: nothing of that kind is for visitors. */
export function hidesPart(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('.'));
}

async function readBuiltFile(directory: string, path: string): Promise<BuiltFile> {
  const [bytes, brotli] = await Promise.all([
    readFile(join(directory, path)),
    readFile(join(directory, `${path}.br`)).catch(() => null),
  ]);
  return {
    contentType: TYPES[extname(path)] ?? 'application/octet-stream',
    bytes,
    brotli,
    hash: createHash('sha256').update(bytes).digest('base64url').slice(0, 22),
  };
}
