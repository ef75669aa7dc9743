import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { root } from './repository.mjs';

/** JavaScript that the links page may need before it shows, as it is sent. Units: bytes. */
export const FIRST_LOAD_BYTES_MAX = 200_000;
/** The page that people open first, by where its source lies in dashboard/. */
const FIRST_PAGE = 'src/pages/links/links-page.tsx';
/** Texts that it waits for; the router loads them beside it. */
const FIRST_TEXTS = ['common', 'errors', 'shell', 'links', 'imports'].map((area) => `src/i18n/en/${area}.json`);

/**
 * The JavaScript of the links page's first load, from the build's manifest: the entry, the page's own chunk, and all that
 * either imports at once, and the texts. Units: bytes, Brotli.
 * Shape: `files` by size, largest first. Errors: throws where the manifest names no entry or no such page.
 */
export function firstLoad(dist = join(root, 'dashboard/dist'), page = FIRST_PAGE, texts = FIRST_TEXTS) {
  const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
  const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
  if (entry === undefined) throw new Error('the manifest names no entry');
  for (const key of [page, ...texts]) if (!(key in manifest)) throw new Error(`the manifest names no ${key}`);
  const keys = new Set();
  const add = (key) => {
    if (keys.has(key)) return;
    keys.add(key);
    for (const imported of manifest[key]?.imports ?? []) add(imported);
  };
  for (const key of [entry, page, ...texts]) add(key);
  const names = [...new Set([...keys].map((key) => manifest[key].file))].filter((file) => file.endsWith('.js'));
  const files = names.map((file) => ({ file, bytes: sentBytes(join(dist, file)) })).sort((a, b) => b.bytes - a.bytes);
  return { bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), files };
}

function sentBytes(path) {
  return existsSync(`${path}.br`)
    ? readFileSync(`${path}.br`).byteLength
    : brotliCompressSync(readFileSync(path)).byteLength;
}

/** The limit as a check of `npm test`: says what was found, and returns whether it holds. */
export function checkFirstLoad(dist, page, texts) {
  try {
    const { bytes, files } = firstLoad(dist, page, texts);
    const ok = bytes <= FIRST_LOAD_BYTES_MAX;
    console.log(
      `${ok ? 'ok  ' : 'FAIL'} first load of the dashboard: ${bytes} bytes of JavaScript in ${files.length} files (at most ${FIRST_LOAD_BYTES_MAX})`,
    );
    if (!ok) for (const { file, bytes: own } of files) console.log(`       ${String(own).padStart(7)} ${file}`);
    return ok;
  } catch (error) {
    console.log(`FAIL first load of the dashboard: ${error.message}`);
    return false;
  }
}
