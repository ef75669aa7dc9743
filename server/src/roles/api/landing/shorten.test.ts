import { expect, test } from 'bun:test';
import { Hono } from 'hono';
import { AppError } from '../../../platform/app-error.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../env.ts';
import { addShortenForm } from './shorten.ts';

test('whom the classic API’s limits hold up is told so on the form, with what was typed', async () => {
  const app = new Hono<ApiEnv>();
  const deps = { config: { release: { version: '1.0.0' } } } as unknown as ApiDeps;
  addShortenForm(app, deps, async () => {
    throw new AppError('rate_limited', 'Too many requests: slow down', { retryAfterSeconds: 1.2 });
  });
  const post = (language: string) =>
    app.request('/', {
      method: 'POST',
      headers: { Host: 'go.example.com', Origin: 'https://go.example.com', 'Accept-Language': language },
      body: new URLSearchParams({ url: 'https://example.com/', alias: 'spring' }),
    });
  const response = await post('en');
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '2']);
  const html = await response.text();
  expect(html).toContain('<p class="error" role="alert">Too many requests: slow down.</p>');
  expect(html).toContain('value="spring"');
  expect(await (await post('de')).text()).toContain('Das waren zu viele auf einmal.');
});
