import { CODE_ALPHABET, CODE_LENGTH, codeProblem } from '@waymark/contract';

/** Fills the array with random bytes; `crypto.getRandomValues` outside of tests. */
export type FillRandom = (bytes: Uint8Array) => void;

/** Bytes drawn at once: a draw costs about a microsecond, however small. */
const POOL_BYTES = 2048;

/** Bytes from here on are passed over, so that every letter is equally likely. */
const BYTE_LIMIT = 256 - (256 % CODE_ALPHABET.length);

/**
 * Draws random codes of CODE_LENGTH letters of CODE_ALPHABET, never all digits, never reserved.
 * Whether a code is free is the store's business.
 */
export function createCodeGenerator(fill: FillRandom): () => string {
  const pool = new Uint8Array(POOL_BYTES);
  let at = POOL_BYTES;
  const nextByte = () => {
    if (at === POOL_BYTES) {
      fill(pool);
      at = 0;
    }
    return pool[at++] ?? 0;
  };
  return () => {
    for (;;) {
      let code = '';
      while (code.length < CODE_LENGTH) {
        const byte = nextByte();
        if (byte < BYTE_LIMIT) code += CODE_ALPHABET[byte % CODE_ALPHABET.length];
      }
      if (codeProblem(code) === null) return code;
    }
  };
}
