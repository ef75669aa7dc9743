/**
 * Gives idempotency keys: the same body has the same key until it was answered, so that a retry after a lost answer
 * never makes a second thing; another body is another attempt.
 */
export function createAttempts(): { keyFor(body: unknown): string; done(): void } {
  let attempt: { body: string; key: string } | null = null;
  return {
    keyFor(body) {
      const text = JSON.stringify(body);
      if (attempt?.body !== text) attempt = { body: text, key: randomKey() };
      return attempt.key;
    },
    done() {
      attempt = null;
    },
  };
}

/** @NOTE Not crypto.randomUUID: browsers keep it from pages that came over plain http. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
