/**
 * Whether a request was sent by a page of this very host, as far as a browser says so.
 * @NOTE Hosts alone are compared: behind a proxy that ends TLS the page's scheme is another than the server's.
 */
export function isSameOrigin(headers: Headers): boolean {
  const origin = URL.parse(headers.get('origin') ?? '');
  return origin !== null && /^https?:$/.test(origin.protocol) && origin.host === headers.get('host')?.toLowerCase();
}
