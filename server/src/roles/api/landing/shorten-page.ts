import { escapeHtml, type PageLanguage, page } from '../../../http/page.ts';
import type { AppError } from '../../../platform/app-error.ts';
import { footer } from './landing.ts';

/** What a visitor typed. */
export interface ShortenInput {
  url: string;
  alias: string;
}

/** What to say of an input that was refused, beside the field it is about; null where a field is in order. */
export interface ShortenErrors {
  url: string | null;
  alias: string | null;
  /** About no field. */
  form: string | null;
}

export const NO_ERRORS: ShortenErrors = { url: null, alias: null, form: null };

const WORDS = {
  en: {
    title: 'Shorten a link',
    url: 'Long address',
    alias: 'Name of your choice',
    optional: 'optional',
    shorten: 'Shorten',
    made: 'Your short link',
    leads: 'It leads to',
    another: 'Shorten another',
  },
  de: {
    title: 'Link kürzen',
    url: 'Lange Adresse',
    alias: 'Name nach Wunsch',
    optional: 'freiwillig',
    shorten: 'Kürzen',
    made: 'Der kurze Link',
    leads: 'Er führt zu',
    another: 'Noch einen kürzen',
  },
};

/** The form, empty or as it was sent with what is wrong with it. */
export function shortenPage(
  language: PageLanguage,
  version: string,
  input: ShortenInput = { url: '', alias: '' },
  errors: ShortenErrors = NO_ERRORS,
): string {
  const words = WORDS[language];
  const alias = `${words.alias} <small>(${words.optional})</small>`;
  return page({
    language,
    title: words.title,
    listed: true,
    body: `<h1>${words.title}</h1>
${errors.form === null ? '' : `<p class="error" role="alert">${escapeHtml(errors.form)}</p>\n`}<form method="post" action="/">
${field('url', words.url, input.url, errors.url, 'type="url" required maxlength="2048" placeholder="https://example.com/"')}
${field('alias', alias, input.alias, errors.alias, 'autocapitalize="none" autocomplete="off" spellcheck="false" maxlength="64"')}
<p><button>${words.shorten}</button></p>
</form>
${footer(language, version)}`,
  });
}

function field(name: string, label: string, value: string, error: string | null, attributes: string): string {
  const state = error === null ? '' : ` aria-invalid="true" aria-describedby="${name}-error" autofocus`;
  const input = `<input id="${name}" name="${name}" value="${escapeHtml(value)}" ${attributes}${state}>`;
  const said = error === null ? '' : `\n<p class="error" id="${name}-error">${escapeHtml(error)}</p>`;
  return `<label for="${name}">${label}</label>\n${input}${said}`;
}

/** What was made, in a field from which it is easily copied. */
export function shortenedPage(language: PageLanguage, shortUrl: string, url: string): string {
  const words = WORDS[language];
  const shown = escapeHtml(shortUrl);
  return page({
    language,
    title: words.made,
    body: `<h1><label for="short">${words.made}</label></h1>
<input id="short" value="${shown}" readonly autofocus>
<p><a href="${shown}">${shown}</a></p>
<p class="soft">${words.leads} ${escapeHtml(url)}</p>
<p><a class="button" href="/">${words.another}</a></p>`,
  });
}

const GERMAN: Record<string, string> = {
  invalid_url: 'Gebraucht wird eine vollständige Adresse mit http:// oder https:// am Anfang.',
  self_link: 'Diese Adresse führt zu diesem Dienst selbst.',
  invalid_code: 'Erlaubt sind 3 bis 64 Zeichen aus A-Z a-z 0-9 _ -, nicht nur Ziffern.',
  reserved_code: 'Dieser Name gehört dem Dienst selbst.',
  code_taken: 'Diesen Namen gibt es schon.',
  rate_limited: 'Das waren zu viele auf einmal. Bitte gleich noch einmal versuchen.',
};

/** What to tell a visitor of a refusal; null where it says nothing that a visitor of this form can do anything about. */
export function shortenErrors(language: PageLanguage, { code, message, details }: AppError): ShortenErrors | null {
  if (code === 'rate_limited') {
    return { ...NO_ERRORS, form: language === 'de' ? (GERMAN[code] ?? message) : `${message}.` };
  }
  const fields = { original_url: 'url', url: 'url', short_code: 'alias', code: 'alias' } as const;
  const errors = { ...NO_ERRORS };
  for (const detail of details) {
    const name = fields[detail.field as keyof typeof fields];
    if (name === undefined) return null;
    const standard = name === 'url' ? GERMAN.invalid_url : GERMAN.invalid_code;
    const english = `${name === 'url' ? 'The address' : 'The name'} ${detail.message}.`;
    errors[name] = language === 'de' ? (GERMAN[code] ?? standard ?? message) : english;
  }
  return errors.url === null && errors.alias === null ? null : errors;
}
