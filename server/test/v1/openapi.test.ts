import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startV1, type V1App } from './v1-app.ts';

let v1: V1App;
beforeAll(async () => {
  v1 = await startV1();
});
afterAll(() => v1[Symbol.asyncDispose]());

test('the served OpenAPI document is the committed one; it needs no key', async () => {
  const response = await fetch(`${v1.app.baseUrl}/api/v1/openapi.json`);
  expect(response.status).toBe(200);
  const committed = readFileSync(join(import.meta.dirname, '../../../contract/openapi.json'), 'utf8');
  // To mend: bun server/src/roles/api/v1/write-openapi.ts
  expect(await response.text()).toBe(committed);
});

test('every operation says what it is, who may, and how it fails', async () => {
  const document = (await (await fetch(`${v1.app.baseUrl}/api/v1/openapi.json`)).json()) as {
    openapi: string;
    paths: Record<
      string,
      Record<string, { operationId: string; summary: string; tags: string[]; security: unknown[]; responses: object }>
    >;
    components: { schemas: Record<string, unknown> };
  };
  expect(document.openapi).toBe('3.1.0');
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  expect(new Set(operations.map((operation) => operation.operationId)).size).toBe(operations.length);
  for (const operation of operations) {
    expect(operation.summary.length).toBeGreaterThan(5);
    expect(operation.tags).toHaveLength(1);
    expect(operation.security).toBeArray();
    expect(Object.keys(operation.responses)).toContain('500');
  }
  const references = JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g);
  for (const [, name] of references) expect(document.components.schemas).toHaveProperty(name ?? '');
});

test('the reference page shows every operation and asks for nothing from anywhere', async () => {
  const response = await fetch(`${v1.app.baseUrl}/api/docs`);
  const html = await response.text();
  expect(response.headers.get('content-type')).toContain('text/html');
  expect(response.headers.get('content-security-policy')).toStartWith("default-src 'none'; style-src 'sha256-");
  expect(html).not.toMatch(/<script|<link|<img|@import|url\(|style="/);
  const document = (await (await fetch(`${v1.app.baseUrl}/api/v1/openapi.json`)).json()) as {
    paths: Record<string, object>;
  };
  for (const path of Object.keys(document.paths)) expect(html).toContain(`/api${path}`);
});
