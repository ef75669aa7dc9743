const NAME = 'waymark_session';

/**
 * The cookie that holds a session's secret: for this host and the requests of its own pages alone, out of reach for scripts.
 * Source: RFC 6265bis, 4.1.3.2 (a browser takes `__Host-` only with Secure, Path=/ and without Domain).
 */
export class SessionCookie {
  readonly name: string;
  private readonly attributes: string;

  /** `isSecure`: browsers reach this service by https. */
  constructor(isSecure: boolean) {
    this.name = isSecure ? `__Host-${NAME}` : NAME;
    this.attributes = `Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  }

  /** The secret that a request carries; null for none. */
  read(headers: Headers): string | null {
    for (const pair of (headers.get('cookie') ?? '').split(';')) {
      const [name, value = ''] = pair.trim().split('=', 2);
      if (name === this.name && value !== '') return value;
    }
    return null;
  }

  /** The Set-Cookie header of a session that has `seconds` to live. */
  set(secret: string, seconds: number): string {
    return `${this.name}=${secret}; Max-Age=${seconds}; ${this.attributes}`;
  }

  /** The Set-Cookie header that takes it away. */
  clear(): string {
    return this.set('', 0);
  }
}
