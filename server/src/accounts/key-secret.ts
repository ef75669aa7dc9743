const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 36;
/** Bytes from here on are passed over, so that every letter is equally likely. */
const BYTE_LIMIT = 256 - (256 % LETTERS.length);

/** Characters of a key's secret that are kept in clear, to tell keys apart. */
export const SECRET_PREFIX_LENGTH = 9;

/** How a secret begins: an API key, a session, a sign-in link; `b` for those that end with the bootstrap key. */
export type SecretKind = 'wm_' | 'ws_' | 'wsb_' | 'wl_' | 'wlb_';

/** A new secret: its kind (`wm_` is an API key) and 36 random letters and digits, about 214 bits. */
export function drawSecret(
  kind: SecretKind = 'wm_',
  fill: (bytes: Uint8Array) => unknown = (bytes) => crypto.getRandomValues(bytes),
): string {
  const bytes = new Uint8Array(2 * LENGTH);
  let random = '';
  for (;;) {
    fill(bytes);
    for (const byte of bytes) {
      if (byte < BYTE_LIMIT) random += LETTERS[byte % LETTERS.length];
      if (random.length === LENGTH) return kind + random;
    }
  }
}
