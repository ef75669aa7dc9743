/** What a Host header may be made of to stand in a policy. */
const HOST = /^[a-z0-9.-]+(?::\d+)?$|^\[[0-9a-f:.]+\](?::\d+)?$/i;

const FIXED = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/**
 * Headers of everything under the dashboard's path.
 * @NOTE `style-src 'unsafe-inline'`: the dialogs, menus and notices of the dashboard's component libraries set style
 * elements and attributes as they open. Scripts come from files alone.
 */
export function securityHeaders(host: string): Record<string, string> {
  // 'self' covers WebSockets in the browsers of today; older Safari takes it for http alone.
  const sockets = HOST.test(host) ? ` ws://${host} wss://${host}` : '';
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data: blob:",
      "font-src 'self'",
      `connect-src 'self'${sockets}`,
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    ...FIXED,
  };
}
