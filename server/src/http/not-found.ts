import { AppError } from '../platform/app-error.ts';
import { preferredLanguage } from './accept.ts';
import { classicError } from './error-response.ts';
import { HTML_TYPE, messagePage, PAGE_LANGUAGES, PAGE_POLICY } from './page.ts';

const PAGES = {
  en: messagePage('en', 'There is nothing here', 'Check the address for a typing mistake.'),
  de: messagePage('de', 'Hier ist nichts', 'Vielleicht ist die Adresse falsch abgetippt.'),
};

/** 404 for an address that nothing answers: a page where a browser asks for one, JSON for everything else. */
export function notFound({ method, headers }: Pick<Request, 'method' | 'headers'>): Response {
  const isReading = method === 'GET' || method === 'HEAD';
  if (!isReading || !(headers.get('accept') ?? '').toLowerCase().includes('text/html')) {
    return classicError(new AppError('not_found', 'Not found'));
  }
  return new Response(PAGES[preferredLanguage(headers.get('accept-language') ?? '', PAGE_LANGUAGES)], {
    status: 404,
    headers: {
      'Content-Type': HTML_TYPE,
      'Content-Security-Policy': PAGE_POLICY,
      'Cache-Control': 'no-store',
      Vary: 'Accept, Accept-Language',
    },
  });
}
