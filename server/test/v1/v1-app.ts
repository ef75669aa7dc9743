import { type ApiError, WaymarkClient } from '@waymark/contract/client';
import { TEST_API_KEY } from '../start-app.ts';
import { type AppHere, startAppHere } from '../start-app-here.ts';

/** A running server with clients for it. */
export interface V1App extends AsyncDisposable {
  app: AppHere;
  admin: WaymarkClient;
  /** A client with another key, or with none. */
  client(apiKey: string | null): WaymarkClient;
  /** A request as it is, with the admin key unless it brings its own headers. */
  raw(path: string, init?: RequestInit): Promise<Response>;
}

export async function startV1(env: Record<string, string> = {}, dataDir?: string): Promise<V1App> {
  const app = await startAppHere({ env, ...(dataDir !== undefined && { dataDir }) });
  const client = (apiKey: string | null) => new WaymarkClient({ baseUrl: app.baseUrl, apiKey });
  return {
    app,
    client,
    admin: client(TEST_API_KEY),
    raw: (path, init = {}) => {
      const headers = new Headers(init.headers);
      if (!headers.has('authorization')) headers.set('Authorization', `Bearer ${TEST_API_KEY}`);
      return fetch(`${app.baseUrl}/api${path}`, { ...init, headers });
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

/** A JSON body with its header. */
export function jsonInit(method: string, body: unknown, headers: Record<string, string> = {}): RequestInit {
  return {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

/** The error of a call that must fail. */
export async function failure(call: Promise<unknown>): Promise<ApiError> {
  try {
    await call;
  } catch (error) {
    return error as ApiError;
  }
  throw new Error('the call did not fail');
}
