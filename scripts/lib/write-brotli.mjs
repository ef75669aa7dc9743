import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

/** What shrinks; pictures and fonts are compressed already. */
const TEXT = new Set(['.css', '.html', '.js', '.json', '.map', '.mjs', '.svg', '.txt', '.wasm', '.webmanifest']);
/** Below this the headers outweigh what is saved. */
const BYTES_MIN = 512;

/** Writes `X.br` beside every text of a build, as small as Brotli makes it; what does not shrink gets none. */
export function writeBrotli(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (!entry.name.startsWith('.')) writeBrotli(path);
    } else if (TEXT.has(extname(entry.name)) && statSync(path).size >= BYTES_MIN) {
      const small = compressed(readFileSync(path));
      if (small.byteLength < statSync(path).size) writeFileSync(`${path}.br`, small);
    }
  }
}

function compressed(bytes) {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
    },
  });
}
