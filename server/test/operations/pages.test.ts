import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type AppHere, startAppHere } from '../start-app-here.ts';

const BROWSER = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const GERMAN = { ...BROWSER, 'Accept-Language': 'de-DE,de;q=0.9,en;q=0.5' };
const PAGE_BYTES_MAX = 4096;

let app: AppHere;
const stops: AppHere[] = [];
async function start(env: Record<string, string> = {}): Promise<AppHere> {
  const started = await startAppHere({ env });
  stops.push(started);
  return started;
}
beforeAll(async () => {
  app = await start();
});
afterAll(async () => {
  for (const started of stops) await started[Symbol.asyncDispose]();
});

function get({ baseUrl }: AppHere, path: string, headers: Record<string, string> = {}) {
  return fetch(baseUrl + path, { headers, redirect: 'manual' });
}

/** The text of a page that keeps the rules of all: small, without scripts, closed to everything from elsewhere. */
async function pageOf(response: Response): Promise<string> {
  expect(response.headers.get('content-type')?.toLowerCase()).toBe('text/html; charset=utf-8');
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toStartWith("default-src 'none'; style-src 'unsafe-inline'; ");
  expect(policy).toContain("frame-ancestors 'none'");
  const html = await response.text();
  expect(Buffer.byteLength(html)).toBeLessThan(PAGE_BYTES_MAX);
  expect(html).not.toContain('<script');
  expect(html).toContain('<meta name="viewport"');
  return html;
}

async function createLink(body: object): Promise<{ id: number; short_code: string }> {
  const response = await fetch(`${app.baseUrl}/urls`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ original_url: 'https://example.com/', ...body }),
  });
  expect(response.status).toBe(201);
  return response.json() as Promise<{ id: number; short_code: string }>;
}

describe('without a redirect', () => {
  test.each([
    ['en', BROWSER, 'This link does not exist'],
    ['de', GERMAN, 'Diesen Link gibt es nicht'],
  ])('an unknown code is a page (%s)', async (language, headers, heading) => {
    const response = await get(app, '/nosuch1', headers);
    expect(response.status).toBe(404);
    const html = await pageOf(response);
    expect(html).toContain(`<html lang="${language}">`);
    expect(html).toContain(`<h1>${heading}</h1>`);
  });

  test('an expired link is a page', async () => {
    const { short_code } = await createLink({ expires_at: '2020-01-01T00:00:00Z' });
    const response = await get(app, `/${short_code}`, BROWSER);
    expect(response.status).toBe(410);
    expect(await pageOf(response)).toContain('<h1>This link has expired</h1>');
    expect(await pageOf(await get(app, `/${short_code}`, GERMAN))).toContain('abgelaufen');
  });

  test('programs get JSON', async () => {
    const response = await get(app, '/nosuch1');
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('content-security-policy')).toBeNull();
    expect(await response.json()).toEqual({ error: 'URL not found', code: 'not_found', status: 404, details: [] });
  });
});

describe('an address that nothing answers', () => {
  test.each([
    [BROWSER, 'There is nothing here'],
    [GERMAN, 'Hier ist nichts'],
  ])('is a page for browsers', async (headers, heading) => {
    const response = await get(app, '/no/such/place', headers);
    expect(response.status).toBe(404);
    expect(await pageOf(response)).toContain(heading);
  });

  test('is JSON for programs, and under /api for all', async () => {
    expect(await (await get(app, '/no/such/place')).json()).toMatchObject({ code: 'not_found' });
    const problem = await get(app, '/api/v1/nothing', BROWSER);
    expect(problem.headers.get('content-type')).toBe('application/problem+json');
    expect(await problem.json()).toMatchObject({ code: 'not_found', status: 404 });
  });
});

describe('the dashboard', () => {
  test('is there under its own policy, built or not', async () => {
    const response = await get(app, '/app/links', BROWSER);
    expect([200, 503]).toContain(response.status);
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
  });

  test('is on the host of the API alone, and links on theirs', async () => {
    const apart = await start({ SHORT_HOSTS: 'go.example.com', APP_HOST: 'links.example.com' });
    const status = async (host: string) => (await get(apart, '/app', { ...BROWSER, Host: host })).status;
    expect([200, 503]).toContain(await status('links.example.com'));
    expect(await status('go.example.com')).toBe(404);
    expect(await pageOf(await get(apart, '/app', { ...BROWSER, Host: 'go.example.com' }))).toContain('nothing here');
    expect((await get(apart, '/', { ...BROWSER, Host: 'go.example.com' })).status).toBe(404);
  });
});

describe('LANDING=page', () => {
  test('leads to the dashboard and the API', async () => {
    const html = await pageOf(await get(app, '/', BROWSER));
    expect(html).toContain('href="/app"');
    expect(html).toContain('href="/api/docs"');
    expect(html).not.toContain('<form');
    expect(html).not.toContain('noindex');
    expect(await pageOf(await get(app, '/', GERMAN))).toContain('Zum Dashboard');
  });

  test('is JSON for programs', async () => {
    const response = await get(app, '/');
    expect(response.headers.get('vary')).toBe('Accept, Accept-Language');
    expect(await response.json()).toMatchObject({ name: 'Waymark', health: `${app.baseUrl}/health` });
  });

  test('takes no form', async () => {
    expect((await fetch(`${app.baseUrl}/`, { method: 'POST', body: 'url=x' })).status).toBe(405);
  });
});

test('LANDING=redirect leads on, on every host', async () => {
  const url = 'https://www.example.com/Über uns/'.replace(' ', '-');
  const leading = await start({ LANDING: 'redirect', LANDING_URL: url, SHORT_HOSTS: 'go.example.com' });
  for (const host of ['go.example.com', 'links.example.com']) {
    const response = await get(leading, '/', { Host: host });
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('https://www.example.com/%C3%9Cber-uns/');
  }
  expect((await get(leading, '/health', { Host: 'go.example.com' })).status).toBe(404);
});

describe('LANDING=shorten', () => {
  let shorten: AppHere;
  beforeAll(async () => {
    shorten = await start({ LANDING: 'shorten', SHORT_HOSTS: '' });
  });

  function post(fields: Record<string, string>, headers: Record<string, string> = {}) {
    return fetch(`${shorten.baseUrl}/`, {
      method: 'POST',
      headers: { ...BROWSER, Origin: shorten.baseUrl, ...headers },
      body: new URLSearchParams(fields),
    });
  }

  test('shows a form that may be sent to this server alone', async () => {
    const response = await get(shorten, '/', BROWSER);
    expect(response.headers.get('content-security-policy')).toContain("form-action 'self'");
    expect(response.headers.get('referrer-policy')).toBe('same-origin');
    const html = await pageOf(response);
    expect(html).toContain('<form method="post" action="/">');
    expect(html).toContain('<label for="url">');
    expect(await pageOf(await get(shorten, '/', GERMAN))).toContain('Link kürzen');
    expect(await (await get(shorten, '/')).json()).toMatchObject({ name: 'Waymark' });
  });

  test('answers with the short link, which leads where it should', async () => {
    const response = await post({ url: ' https://example.com/?a=1&b="2" '.replaceAll('"', "'"), alias: '' });
    expect(response.status).toBe(201);
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    const html = await pageOf(response);
    const shortUrl = /<input id="short" value="([^"]+)" readonly/.exec(html)?.[1] ?? '';
    expect(html).toContain('https://example.com/?a=1&amp;b=&#39;2&#39;');
    const visit = await fetch(shortUrl, { redirect: 'manual' });
    expect(visit.headers.get('location')).toBe("https://example.com/?a=1&b='2'");
  });

  test('takes a name, and says beside it when it is taken', async () => {
    expect(await pageOf(await post({ url: 'https://example.com/', alias: 'spring' }))).toContain('/spring"');
    const again = await post({ url: 'https://example.com/<b>', alias: 'spring' });
    expect(again.status).toBe(409);
    const html = await pageOf(again);
    expect(html).toContain('<p class="error" id="alias-error">The name is taken.</p>');
    expect(html).toMatch(/<input id="alias" name="alias" value="spring"[^>]* aria-invalid="true"/);
    expect(html).toContain('value="https://example.com/&lt;b&gt;"');
    expect(await pageOf(await post({ url: 'https://example.com/', alias: 'spring' }, GERMAN))).toContain(
      'Diesen Namen gibt es schon.',
    );
  });

  test.each([
    ['', '', 400, 'url-error'],
    ['example.com', '', 400, 'The address must be an absolute http or https URL with a host.'],
    ['javascript:alert(1)', '', 400, 'url-error'],
    ['https://example.com/', 'x', 400, 'The name must be 3 to 64'],
    ['https://example.com/', 'api', 400, 'The name is reserved for the service itself.'],
  ])('shows the form again for %p and the name %p', async (url, alias, status, said) => {
    const response = await post({ url, alias });
    expect(response.status).toBe(status);
    expect(await pageOf(response)).toContain(said);
  });

  test.each([{ Origin: 'https://evil.example' }, { Origin: 'null' }, { Origin: '' }])(
    'refuses a form from elsewhere: %p',
    async (headers) => {
      const response = await post({ url: 'https://example.com/' }, headers);
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ code: 'forbidden' });
    },
  );

  test('refuses what no form sends', async () => {
    const json = { 'Content-Type': 'application/json' };
    expect((await post({ url: 'https://example.com/' }, json)).status).toBe(400);
    expect((await post({ url: `https://example.com/${'x'.repeat(40_000)}` })).status).toBe(413);
  });

  test('shows the plain page where the classic API is closed, and creates nothing', async () => {
    const throughProxy = { 'X-Forwarded-For': '203.0.113.9' };
    expect(await pageOf(await get(shorten, '/', { ...BROWSER, ...throughProxy }))).not.toContain('<form');
    expect((await post({ url: 'https://example.com/' }, throughProxy)).status).toBe(401);
  });
});
