const digest = new Uint8Array(32);
const words = new Uint32Array(digest.buffer);

/**
 * SHA-256 of a text, its first 52 bits as a number. With a secret of fixed length in front it is a keyed hash:
 * the cut leaves nothing from which the text could be extended or, without the secret, guessed.
 */
export function hash52(text: string): number {
  Bun.CryptoHasher.hash('sha256', text, digest);
  return ((words[1] ?? 0) & 0xf_ffff) * 2 ** 32 + (words[0] ?? 0);
}

/** 128 random bits as 32 hex digits. */
export function randomSalt(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex');
}
