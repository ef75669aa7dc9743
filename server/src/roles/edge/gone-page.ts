import { ERROR_STATUS, type ErrorCode } from '@waymark/contract';
import type { Visit } from './redirect.ts';

/** What is answered where there is no redirect. */
export interface Refusal {
  status: number;
  contentType: string;
  body: string;
}

type Refused = Exclude<Visit, { kind: 'redirect' }>;

interface Words {
  code: ErrorCode;
  error: string;
  heading: string;
  text: string;
}

/** An inactive link is answered like an unknown one: it leaves no trace, here neither. */
function words(resolution: Refused): Words {
  switch (resolution.kind) {
    case 'not_found':
    case 'inactive':
      return {
        code: 'not_found',
        error: 'URL not found',
        heading: 'This link does not exist',
        text: 'Check the address for a typing mistake, or ask whoever gave it to you.',
      };
    case 'expired':
      return {
        code: 'expired',
        error: 'URL has expired',
        heading: 'This link has expired',
        text: 'It was open for a limited time. Ask whoever gave it to you for a new one.',
      };
    case 'quarantined':
      return {
        code: 'quarantined',
        error: `URL is quarantined: ${resolution.reason}`,
        heading: 'This link is blocked',
        text: `It was found to be unsafe: ${resolution.reason}`,
      };
    case 'unavailable':
      return {
        code: 'unavailable',
        error: 'The database is not available just now, and this link is not known here',
        heading: 'Please try again in a moment',
        text: 'Whether this link exists cannot be told just now.',
      };
  }
}

/** A small page where `accept` names text/html, JSON for everything else. */
export function refusal(resolution: Refused, accept: string): Refusal {
  const { code, error, heading, text } = words(resolution);
  const status = ERROR_STATUS[code];
  return accept.includes('text/html')
    ? { status, contentType: 'text/html; charset=utf-8', body: page(heading, text) }
    : { status, contentType: 'application/json', body: JSON.stringify({ error, code, status, details: [] }) };
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

function page(heading: string, text: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(heading)}</title>
<style>
:root { color-scheme: light dark; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 1rem/1.6 system-ui, sans-serif; }
main { max-width: 32rem; padding: 2rem; }
h1 { font-size: 1.5rem; line-height: 1.25; }
</style>
</head>
<body><main><h1>${escapeHtml(heading)}</h1><p>${escapeHtml(text)}</p></main></body>
</html>
`;
}
