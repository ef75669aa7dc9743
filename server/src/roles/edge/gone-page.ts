import { ERROR_STATUS, type ErrorCode } from '@waymark/contract';
import { preferredLanguage } from '../../http/accept.ts';
import { escapeHtml, HTML_TYPE, messagePage, PAGE_LANGUAGES, type PageLanguage } from '../../http/page.ts';
import type { RedirectRequest, Visit } from './redirect.ts';

/** What is answered where there is no redirect. */
export interface Refusal {
  status: number;
  contentType: 'application/json' | typeof HTML_TYPE;
  body: string;
}

type Refused = Exclude<Visit, { kind: 'redirect' }>;
/** An inactive link is answered like an unknown one: it leaves no trace, here neither. */
type Shown = Exclude<Refused['kind'], 'inactive'>;

const CODES = {
  not_found: 'not_found',
  expired: 'expired',
  quarantined: 'quarantined',
  unavailable: 'unavailable',
} as const satisfies Record<Shown, ErrorCode>;

/** Stands for the reason of a quarantine in the texts below. */
const REASON = '{reason}';

/** For programs. */
const ERRORS: Record<Shown, string> = {
  not_found: 'URL not found',
  expired: 'URL has expired',
  quarantined: `URL is quarantined: ${REASON}`,
  unavailable: 'The database is not available just now, and this link is not known here',
};

/** For people: heading and sentence. */
const WORDS: Record<PageLanguage, Record<Shown, [heading: string, text: string]>> = {
  en: {
    not_found: ['This link does not exist', 'Check the address for a typing mistake, or ask whoever gave it to you.'],
    expired: ['This link has expired', 'It was open for a limited time. Ask whoever gave it to you for a new one.'],
    quarantined: ['This link is blocked', `It was found to be unsafe: ${REASON}`],
    unavailable: ['Please try again in a moment', 'Whether this link exists cannot be told just now.'],
  },
  de: {
    not_found: [
      'Diesen Link gibt es nicht',
      'Vielleicht ist die Adresse falsch abgetippt. Wer sie weitergegeben hat, weiß mehr.',
    ],
    expired: [
      'Dieser Link ist abgelaufen',
      'Er war für begrenzte Zeit offen. Wer ihn weitergegeben hat, kann einen neuen schicken.',
    ],
    quarantined: ['Dieser Link ist gesperrt', `Er wurde als unsicher erkannt: ${REASON}`],
    unavailable: [
      'Bitte gleich noch einmal versuchen',
      'Ob es diesen Link gibt, lässt sich im Augenblick nicht feststellen.',
    ],
  },
};

/** Each answer is put together beforehand, in the pieces around its reason; all but a quarantine's are one piece. */
type Pieces = readonly string[];

const JSON_PIECES = byKind((kind) =>
  JSON.stringify({ error: ERRORS[kind], code: CODES[kind], status: ERROR_STATUS[CODES[kind]], details: [] }),
);
const PAGE_PIECES: Record<PageLanguage, Record<Shown, Pieces>> = {
  en: byKind((kind) => messagePage('en', ...WORDS.en[kind])),
  de: byKind((kind) => messagePage('de', ...WORDS.de[kind])),
};

function byKind(write: (kind: Shown) => string): Record<Shown, Pieces> {
  const pieces = (kind: Shown) => write(kind).split(REASON);
  return {
    not_found: pieces('not_found'),
    expired: pieces('expired'),
    quarantined: pieces('quarantined'),
    unavailable: pieces('unavailable'),
  };
}

/** A small page where `Accept` names text/html, in the visitor's language; JSON for everything else. */
export function refusal(visit: Refused, header: RedirectRequest['header']): Refusal {
  const kind = visit.kind === 'inactive' ? 'not_found' : visit.kind;
  const reason = visit.kind === 'quarantined' ? visit.reason : '';
  const status = ERROR_STATUS[CODES[kind]];
  if (!header('accept').includes('text/html')) {
    const body = JSON_PIECES[kind].join(JSON.stringify(reason).slice(1, -1));
    return { status, contentType: 'application/json', body };
  }
  const language = preferredLanguage(header('accept-language'), PAGE_LANGUAGES);
  return { status, contentType: HTML_TYPE, body: PAGE_PIECES[language][kind].join(escapeHtml(reason)) };
}
