import type { z } from '@hono/zod-openapi';
import type { ErrorDetail } from '@waymark/contract';
import { parse, refusal } from './parse.ts';

/**
 * Makes the reader of a route's query string. A list in the schema takes a parameter any number of times, all others once.
 * Errors of the reader: `invalid_request` naming each parameter that is unknown, repeated or refused by the schema.
 */
export function queryReader<S extends z.ZodObject>(schema: S): (url: string) => z.output<S> {
  const lists = new Set(Object.keys(schema.shape).filter((name) => isList(schema.shape[name])));
  return (url) => {
    const start = url.indexOf('?');
    const values: Record<string, string | string[]> = Object.create(null);
    if (start !== -1) readInto(values, url.slice(start + 1), lists);
    return parse(schema, values, 'query');
  };
}

function readInto(values: Record<string, string | string[]>, query: string, lists: Set<string>): void {
  const refused: ErrorDetail[] = [];
  // What is no UTF-8 arrives as U+FFFD; only one that was sent as such may pass.
  const mayReplace = /%ef%bf%bd/i.test(query);
  for (const [name, value] of new URLSearchParams(query)) {
    const known = values[name];
    if (!mayReplace && (value.includes('\ufffd') || name.includes('\ufffd'))) {
      refused.push({ field: name, message: 'must be percent-encoded UTF-8' });
    } else if (lists.has(name)) {
      values[name] = Array.isArray(known) ? [...known, value] : [value];
    } else if (known !== undefined) {
      refused.push({ field: name, message: 'must be given once' });
    } else {
      values[name] = value;
    }
  }
  if (refused.length > 0) throw refusal(refused);
}

function isList(schema: unknown): boolean {
  let type = schema as { def?: { type?: string; innerType?: unknown } } | undefined;
  while (type?.def?.innerType) type = type.def.innerType as typeof type;
  return type?.def?.type === 'array';
}
