import { createHash } from 'node:crypto';
import type { OpenApiDocument } from './openapi.ts';
import { REFERENCE_STYLE } from './reference-style.ts';
import { schemaRows } from './schema-rows.ts';

interface Content {
  [type: string]: { schema?: object };
}

interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  parameters?: {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    schema?: { description?: string };
  }[];
  requestBody?: { content: Content };
  responses?: Record<string, { description: string; content?: Content }>;
}

interface Endpoint extends Operation {
  method: string;
  path: string;
}

/** A page that needs no network: no script, one style, which the policy allows by its hash. */
export function referencePage(document: OpenApiDocument): { html: string; contentSecurityPolicy: string } {
  const schemas = (document.components?.schemas ?? {}) as Record<string, object>;
  const byTag = new Map<string, Endpoint[]>();
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(item as Record<string, Operation>)) {
      const tag = operation.tags?.[0] ?? 'Other';
      byTag.set(tag, [...(byTag.get(tag) ?? []), { ...operation, method, path: `/api${path}` }]);
    }
  }
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(document.info.title)}</title>
<style>${REFERENCE_STYLE}</style>
</head>
<body>
<nav id="endpoints" aria-label="Endpoints"><p class="brand">Waymark API</p>${[...byTag].map(navigation).join('')}</nav>
<main>
<h1>${escaped(document.info.title)}</h1>
<p>${inline(document.info.description ?? '')}</p>
<p>As a file: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1)<span class="to-list"> · <a href="#endpoints">All endpoints</a></span></p>
<pre><code>curl -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\
  -d '{"url": "https://example.com/spring"}' ${'$'}BASE_URL/api/v1/links</code></pre>
${[...byTag].map(([tag, endpoints]) => `<h2>${escaped(tag)}</h2>${endpoints.map((endpoint) => section(endpoint, schemas)).join('')}`).join('')}
</main>
</body>
</html>
`;
  const hash = createHash('sha256').update(REFERENCE_STYLE).digest('base64');
  return {
    html,
    contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };
}

function navigation([tag, endpoints]: [string, Endpoint[]]): string {
  const items = endpoints.map((e) => `<li><a href="#${e.operationId}">${escaped(e.summary ?? e.path)}</a></li>`);
  return `<p>${escaped(tag)}</p><ul>${items.join('')}</ul>`;
}

function section(endpoint: Endpoint, schemas: Record<string, object>): string {
  const scope = endpoint.security?.[0]?.bearer?.[0];
  return `<section id="${endpoint.operationId}">
<h3><span class="method ${endpoint.method}">${endpoint.method.toUpperCase()}</span> <code>${escaped(endpoint.path)}</code></h3>
<p><strong>${escaped(endpoint.summary ?? '')}.</strong> ${inline(endpoint.description ?? '')} ${scope ? `<span class="scope">scope ${scope}</span>` : ''}</p>
${parameterTable(endpoint)}
${endpoint.requestBody ? bodyTable('Body', endpoint.requestBody.content, schemas) : ''}
${responses(endpoint, schemas)}
</section>`;
}

function parameterTable({ parameters = [] }: Endpoint): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map(
    (p) =>
      `<tr><td><code>${escaped(p.name)}</code></td><td>${p.in}${p.required ? ', required' : ''}</td><td>${inline(p.description ?? p.schema?.description ?? '')}${facts(p.schema)}</td></tr>`,
  );
  return `<h4>Parameters</h4><table>${rows.join('')}</table>`;
}

function facts(schema: object | undefined): string {
  const { enum: values, minimum, maximum, default: standard } = (schema ?? {}) as Record<string, unknown>;
  const said = [
    Array.isArray(values) ? `one of ${values.map((value) => `<code>${escaped(String(value))}</code>`).join(' ')}` : '',
    minimum !== undefined ? `${minimum} to ${maximum}` : '',
    standard !== undefined ? `default <code>${escaped(String(standard))}</code>` : '',
  ].filter(Boolean);
  return said.length > 0 ? ` <span class="facts">${said.join('; ')}</span>` : '';
}

function bodyTable(title: string, content: Content, schemas: Record<string, object>): string {
  const { rows, example } = schemaRows(Object.values(content)[0]?.schema, schemas);
  const lines = rows.map(
    (row) =>
      `<tr><td><code>${escaped(row.name)}</code></td><td>${escaped(row.type)}${row.required ? ', required' : ''}</td><td>${inline(row.description)}${facts(row.schema)}</td></tr>`,
  );
  return `<h4>${title}</h4>${lines.length > 0 ? `<table>${lines.join('')}</table>` : ''}${
    example === undefined ? '' : `<pre><code>${escaped(JSON.stringify(example, null, 2))}</code></pre>`
  }`;
}

function responses(endpoint: Endpoint, schemas: Record<string, object>): string {
  const all = Object.entries(endpoint.responses ?? {});
  const good = all.filter(([status]) => status < '400');
  const bad = all.filter(([status]) => status >= '400');
  const shown = good.map(([status, response]) =>
    response.content
      ? `<details><summary><b>${status}</b> ${inline(response.description)}</summary>${bodyTable('Answer', response.content, schemas)}</details>`
      : `<p><b>${status}</b> ${inline(response.description)}</p>`,
  );
  const errors = bad.map(
    ([status, response]) => `<tr><td><b>${status}</b></td><td>${inline(response.description)}</td></tr>`,
  );
  return `<h4>Answers</h4>${shown.join('')}<details><summary>Errors</summary><table>${errors.join('')}</table></details>`;
}

/** Escaped, with `code` set as code. */
function inline(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
