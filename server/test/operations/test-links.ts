import type { TestApp } from '../start-app.ts';

export interface TestLink {
  id: number;
  code: string;
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

export async function createLink(app: TestApp, code: string): Promise<TestLink> {
  const response = await fetch(`${app.baseUrl}/urls`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify({ original_url: `https://example.com/${code}`, short_code: code }),
  });
  if (response.status !== 201) throw new Error(`creating ${code} answered ${response.status}`);
  const { id } = (await response.json()) as { id: number };
  return { id, code };
}

/** Visits a link `times` times and returns how many redirects came back. */
export async function visit(app: TestApp, { code }: TestLink, times: number): Promise<number> {
  let redirects = 0;
  for (let at = 0; at < times; at++) {
    const response = await fetch(`${app.baseUrl}/${code}`, { redirect: 'manual' });
    if (response.status === 302) redirects++;
  }
  return redirects;
}

/** Clicks that the database has, once all accepted ones are in it. */
export async function clickCount(app: TestApp, { id }: TestLink): Promise<number> {
  const response = await fetch(`${app.baseUrl}/urls/${id}`);
  if (response.status !== 200) throw new Error(`link ${id} answered ${response.status}`);
  return ((await response.json()) as { click_count: number }).click_count;
}

/** The same, waited for: clicks of an edge that is gone are delivered after the start. */
export async function clickCountBecomes(
  app: TestApp,
  link: TestLink,
  wanted: number,
  timeoutMs = 5000,
): Promise<number> {
  const deadline = performance.now() + timeoutMs;
  let count = await clickCount(app, link);
  while (count < wanted && performance.now() < deadline) {
    await Bun.sleep(25);
    count = await clickCount(app, link);
  }
  return count;
}
