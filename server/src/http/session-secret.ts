import { drawSecret } from '../accounts/key-secret.ts';
import type { Opener } from '../accounts/session.ts';
import { hashSecret } from './hash-secret.ts';

/** What of a secret is kept, beside the secret itself. */
export interface HashedSecret {
  secret: string;
  hash: string;
}

/**
 * Hashes secrets of sessions and of sign-in links. What the bootstrap key opened is hashed together with that key, so under
 * another bootstrap key it is not found.
 */
export class SessionSecrets {
  constructor(private readonly bootstrapHash: string | null) {}

  drawSession(opener: Opener): HashedSecret {
    return this.hashed(drawSecret(opener.kind === 'bootstrap' ? 'wsb_' : 'ws_'));
  }

  drawLink(opener: Opener): HashedSecret {
    return this.hashed(drawSecret(opener.kind === 'bootstrap' ? 'wlb_' : 'wl_'));
  }

  /** What a secret is looked up by. */
  hash(secret: string): string {
    return hashSecret(isOfBootstrap(secret) ? `${secret}:${this.bootstrapHash ?? ''}` : secret);
  }

  /** What the session of a link, or what a session makes, ends with. */
  openerOf(secret: string, keyId: number | null): Opener {
    if (isOfBootstrap(secret)) return { kind: 'bootstrap' };
    return keyId === null ? { kind: 'none' } : { kind: 'key', id: keyId };
  }

  private hashed(secret: string): HashedSecret {
    return { secret, hash: this.hash(secret) };
  }
}

function isOfBootstrap(secret: string): boolean {
  return secret.startsWith('wsb_') || secret.startsWith('wlb_');
}
