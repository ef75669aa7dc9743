const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 36;
/** Bytes from here on are passed over, so that every letter is equally likely. */
const BYTE_LIMIT = 256 - (256 % LETTERS.length);

/** Characters of a secret that are kept in clear, to tell keys apart. */
export const SECRET_PREFIX_LENGTH = 9;

/** A new API key: `wm_` and 36 random letters and digits, about 214 bits. */
export function drawSecret(fill: (bytes: Uint8Array) => unknown = (bytes) => crypto.getRandomValues(bytes)): string {
  const bytes = new Uint8Array(2 * LENGTH);
  let secret = 'wm_';
  for (;;) {
    fill(bytes);
    for (const byte of bytes) {
      if (byte < BYTE_LIMIT) secret += LETTERS[byte % LETTERS.length];
      if (secret.length === 3 + LENGTH) return secret;
    }
  }
}
