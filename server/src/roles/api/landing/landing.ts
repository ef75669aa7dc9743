import { Hono } from 'hono';
import { preferredLanguage } from '../../../http/accept.ts';
import { escapeHtml, PAGE_LANGUAGES, PAGE_POLICY, type PageLanguage, page } from '../../../http/page.ts';
import type { OperationsDeps } from '../deps.ts';
import type { ApiContext, ApiEnv } from '../env.ts';

/** What stands at the root: a page for people and JSON for programs, or the way to a page of the operator's own. */
export function createLanding({ config, baseUrl }: OperationsDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const { landing } = config.site;
  const { version } = config.release;
  if (landing.kind === 'redirect') {
    app.get('/', (c) => c.body(null, 302, { Location: landing.url, 'Cache-Control': 'no-cache' }));
    return app;
  }
  app.get('/', (c) => {
    c.header('Vary', 'Accept, Accept-Language');
    if (!wantsHtml(c)) return c.json(landingJson(version, baseUrl()));
    return c.html(landingPage(languageOf(c), version), 200, { 'Content-Security-Policy': PAGE_POLICY });
  });
  return app;
}

export function wantsHtml(c: ApiContext): boolean {
  return (c.req.header('accept') ?? '').toLowerCase().includes('text/html');
}

/** The language in which a visitor is shown a page. */
export function languageOf(c: ApiContext): PageLanguage {
  return preferredLanguage(c.req.header('accept-language') ?? '', PAGE_LANGUAGES);
}

/** Where to go from the root, for programs. */
function landingJson(version: string, baseUrl: string): Record<string, unknown> {
  return {
    name: 'Waymark',
    version,
    docs: `${baseUrl}/api/docs`,
    openapi: `${baseUrl}/api/v1/openapi.json`,
    health: `${baseUrl}/health`,
  };
}

const WORDS = {
  en: {
    title: 'Waymark: short links',
    heading: 'Short links that hold',
    text: 'This server turns long addresses into short ones, leads visitors on at once, and counts every click exactly once.',
    dashboard: 'Open the dashboard',
    reference: 'API reference',
    version: 'Version',
  },
  de: {
    title: 'Waymark: kurze Links',
    heading: 'Kurze Links, auf die Verlass ist',
    text: 'Dieser Server macht aus langen Adressen kurze, leitet Besucher sofort weiter und zählt jeden Klick genau einmal.',
    dashboard: 'Zum Dashboard',
    reference: 'API-Referenz',
    version: 'Version',
  },
};

/** The same for people. `version` comes from the configuration, so it is escaped. */
function landingPage(language: PageLanguage, version: string): string {
  const words = WORDS[language];
  return page({
    language,
    title: words.title,
    listed: true,
    body: `<h1>${words.heading}</h1>
<p>${words.text}</p>
<p><a class="button" href="/app">${words.dashboard}</a></p>
${footer(language, version)}`,
  });
}

/** What stands below on every page at the root. */
export function footer(language: PageLanguage, version: string): string {
  const words = WORDS[language];
  return `<p class="soft"><a href="/app">Dashboard</a> · <a href="/api/docs">${words.reference}</a> · <small>${words.version} ${escapeHtml(version)}</small></p>`;
}
