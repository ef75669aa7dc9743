import { AppError } from '../platform/app-error.ts';

export interface OwnSiteOptions {
  /** Known once the server listens. */
  baseUrl(): string;
  baseUrlIsSet: boolean;
  appHost: string | null;
}

/** Tells pages of this service from all others, by what a browser says of them and no script can change. */
export class OwnSite {
  constructor(private readonly options: OwnSiteOptions) {}

  /** The page that sends a request, by its Origin. `unknown`: no Origin was sent. */
  origin(headers: Headers): 'own' | 'other' | 'unknown' {
    const origin = headers.get('origin');
    if (origin === null) return 'unknown';
    const page = URL.parse(origin);
    return page !== null && this.isOwn(page, headers.get('host')) ? 'own' : 'other';
  }

  /** Lets own pages pass, and programs, which send no Origin. Errors: `forbidden` naming what was sent. */
  refuseOthers(headers: Headers): void {
    const site = headers.get('sec-fetch-site');
    if (site === 'cross-site' || site === 'same-site')
      throw new AppError('forbidden', `Refused for Sec-Fetch-Site: ${site}: the page is of another origin`);
    if (this.origin(headers) === 'other')
      throw new AppError('forbidden', 'Refused for its Origin, which is another one');
  }

  /** Lets own pages pass alone. Errors: `forbidden` naming what is missing or wrong. */
  requireOwn(headers: Headers): void {
    this.refuseOthers(headers);
    if (this.origin(headers) === 'unknown')
      throw new AppError('forbidden', 'With a session this needs an Origin header, of this service itself');
  }

  /** @NOTE Without BASE_URL nobody has said whether a proxy in front speaks https, so both schemes pass. */
  private isOwn({ protocol, host }: URL, requestHost: string | null): boolean {
    const { baseUrlIsSet, appHost } = this.options;
    const base = new URL(this.options.baseUrl());
    const schemes = baseUrlIsSet ? [base.protocol] : ['http:', 'https:'];
    const plain = (name: string | null) => (name === null ? null : (URL.parse(`${protocol}//${name}`)?.host ?? null));
    return schemes.includes(protocol) && [base.host, plain(appHost), plain(requestHost)].includes(host);
  }
}
