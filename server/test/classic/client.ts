import { expect } from 'bun:test';

/** An answer with its body read: `body` is the parsed JSON, or null where there is none. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: unknown;
}

/** What rows of the classic API have in common. */
export interface Row {
  id: number;
  [field: string]: unknown;
}

export interface Payload {
  body: BodyInit;
  headers: Record<string, string>;
}

let serial = 0;
/** A word that no other test uses. */
export const word = (prefix = 'w') => `${prefix}${process.pid.toString(36)}x${(serial++).toString(36)}`;

export const json = (value: unknown): Payload => ({
  body: JSON.stringify(value),
  headers: { 'Content-Type': 'application/json' },
});

export const csvBody = (text: string): Payload => ({ body: text, headers: { 'Content-Type': 'text/csv' } });

/** A file as a browser would send it. */
export function upload(text: string, field = 'file'): Payload {
  const form = new FormData();
  form.append(field, new Blob([text], { type: 'text/csv' }), 'rows.csv');
  return { body: form, headers: {} };
}

/** Talks to one server, and holds every error to the shape that all of them promise. */
export class ClassicClient {
  constructor(readonly baseUrl: string) {}

  async call(line: string, payload?: Payload, headers: Record<string, string> = {}): Promise<Answer> {
    const [method = 'GET', path = '/'] = line.split(' ');
    const response = await fetch(this.baseUrl + path, {
      method,
      redirect: 'manual',
      headers: { ...payload?.headers, ...headers },
      ...(payload && { body: payload.body }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const answer = {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && text ? JSON.parse(text) : null,
    };
    if (answer.status >= 400 && method !== 'HEAD') expectError(line, answer);
    return answer;
  }

  /** A call that has to answer with this status; returns the body as a row. */
  async row(line: string, status: number, payload?: Payload, headers?: Record<string, string>): Promise<Row> {
    const answer = await this.call(line, payload, headers);
    expect({ line, status: answer.status, text: answer.text }).toMatchObject({ status });
    return answer.body as Row;
  }

  async rows(line: string): Promise<Row[]> {
    const answer = await this.call(line);
    expect(answer.body).toBeArray();
    return answer.body as Row[];
  }

  user(fields: object = {}): Promise<Row> {
    const username = word('u');
    return this.row('POST /users', 201, json({ username, email: `${username}@example.com`, ...fields }));
  }

  url(fields: object = {}): Promise<Row> {
    return this.row('POST /urls', 201, json({ original_url: `https://example.com/${word('p')}`, ...fields }));
  }
}

/** Every 4xx and 5xx: JSON with a sentence, a code, the status and details. */
function expectError(line: string, { status, body, text }: Answer): void {
  const shape = { error: expect.any(String), code: expect.any(String), status, details: expect.any(Array) };
  expect({ line, text, body }).toMatchObject({ body: shape });
}
