import type {
  ApiRequest,
  CallOptions,
  CreateOptions,
  EventListOptions,
  LinkListOptions,
  PageOptions,
} from './client.ts';
import type { Sparklines, Timeseries, Top, Totals, WeekHours } from './v1/analytics.ts';
import type {
  ClickRangeOptions,
  SparklinesOptions,
  TimeseriesOptions,
  TopOptions,
  WeekHoursOptions,
} from './v1/analytics-query.ts';
import type { ExportFormat } from './v1/exports.ts';
import type { Page } from './v1/fields.ts';
import type { ImportJob, ImportPatch, ImportRow } from './v1/imports.ts';
import type { QrOptions } from './v1/qr.ts';
import type { Session, SessionRow, SignIn, SignInLink, SignInLinkCreate } from './v1/sessions.ts';
import type { System } from './v1/system.ts';

/** What the groups below send requests by. */
export interface Requests {
  request(request: ApiRequest): Promise<Response>;
  json<T>(request: ApiRequest): Promise<T>;
}

type Query = NonNullable<ApiRequest['query']>;

/** A download may take its time: only `signal` ends it. */
const NO_TIMEOUT = { timeoutMs: 0 };

export function analyticsCalls(api: Requests) {
  const get = <T>(path: string, query: object, options: CallOptions): Promise<T> =>
    api.json({ method: 'GET', path: `/v1/analytics/${path}`, query: queryOf(query), ...options });
  return {
    timeseries: (query: TimeseriesOptions = {}, options: CallOptions = {}): Promise<Timeseries> =>
      get('timeseries', query, options),
    top: (query: TopOptions, options: CallOptions = {}): Promise<Top> => get('top', query, options),
    totals: (query: ClickRangeOptions = {}, options: CallOptions = {}): Promise<Totals> =>
      get('totals', query, options),
    weekHours: (query: WeekHoursOptions = {}, options: CallOptions = {}): Promise<WeekHours> =>
      get('week-hours', query, options),
    sparklines: ({ links, ...query }: SparklinesOptions, options: CallOptions = {}): Promise<Sparklines> =>
      get('sparklines', { ...query, links: links.join(',') }, options),
  };
}

/** Downloads of any length: the body of each answer streams. */
export function exportCalls(api: Requests) {
  const get = (path: string, query: object, options: CallOptions): Promise<Response> =>
    api.request({ method: 'GET', path, query: queryOf(query), ...NO_TIMEOUT, ...options });
  return {
    clicks: (query: ClickRangeOptions & { format?: ExportFormat } = {}, options: CallOptions = {}) =>
      get('/v1/analytics/export', query, options),
    links: (
      query: Omit<LinkListOptions, keyof PageOptions | 'sort'> & { format?: ExportFormat } = {},
      options: CallOptions = {},
    ) => get('/v1/links/export', query, options),
    events: (
      query: Omit<EventListOptions, keyof PageOptions> & { format?: ExportFormat } = {},
      options: CallOptions = {},
    ) => get('/v1/events/export', query, options),
  };
}

export function importCalls(api: Requests) {
  const path = (id: string, rest = '') => `/v1/imports/${encodeURIComponent(id)}${rest}`;
  const act = (id: string, verb: string, options: CreateOptions): Promise<ImportJob> =>
    api.json({ method: 'POST', path: path(id, `/${verb}`), ...withKey(options) });
  return {
    /** A CSV file with a header; nothing is written before `start`. */
    upload: (
      file: string | Uint8Array<ArrayBuffer> | Blob,
      { fileName, ...options }: CreateOptions & { fileName?: string } = {},
    ): Promise<ImportJob> => {
      const { headers, ...call } = withKey(options);
      return api.json({
        method: 'POST',
        path: '/v1/imports',
        query: queryOf({ fileName }),
        content: file,
        headers: { ...headers, 'Content-Type': 'text/csv' },
        ...NO_TIMEOUT,
        ...call,
      });
    },
    get: (id: string, options: CallOptions = {}): Promise<ImportJob> =>
      api.json({ method: 'GET', path: path(id), ...options }),
    list: ({ limit, cursor, ...options }: PageOptions = {}): Promise<Page<ImportJob>> =>
      api.json({ method: 'GET', path: '/v1/imports', query: queryOf({ limit, cursor }), ...options }),
    map: (id: string, mapping: ImportPatch['mapping'], options: CallOptions = {}): Promise<ImportJob> =>
      api.json({ method: 'PATCH', path: path(id), body: { mapping }, ...options }),
    start: (id: string, options: CreateOptions = {}): Promise<ImportJob> => act(id, 'start', options),
    undo: (id: string, options: CreateOptions = {}): Promise<ImportJob> => act(id, 'undo', options),
    rows: (
      id: string,
      { limit, cursor, outcome, ...options }: PageOptions & { outcome?: ImportRow['outcome'] } = {},
    ): Promise<Page<ImportRow>> =>
      api.json({ method: 'GET', path: path(id, '/rows'), query: queryOf({ limit, cursor, outcome }), ...options }),
    delete: async (id: string, options: CallOptions = {}): Promise<void> => {
      await api.request({ method: 'DELETE', path: path(id), ...options });
    },
  };
}

/** The caller's own session. In a browser its cookie comes and goes by itself. */
export function sessionCalls(api: Requests) {
  const path = '/v1/session';
  return {
    get: (options: CallOptions = {}): Promise<Session> => api.json({ method: 'GET', path, ...options }),
    signIn: (body: SignIn): Promise<Session> => api.json({ method: 'POST', path, body }),
    signOut: async (options: CallOptions = {}): Promise<void> => {
      await api.request({ method: 'DELETE', path, ...options });
    },
  };
}

export function sessionsCalls(api: Requests) {
  return {
    list: ({ limit, cursor, ...options }: PageOptions = {}): Promise<Page<SessionRow>> =>
      api.json({ method: 'GET', path: '/v1/sessions', query: queryOf({ limit, cursor }), ...options }),
    revoke: async (id: string, options: CallOptions = {}): Promise<void> => {
      await api.request({ method: 'DELETE', path: `/v1/sessions/${encodeURIComponent(id)}`, ...options });
    },
  };
}

export function signInLinkCalls(api: Requests) {
  return {
    /** Opens one session, within 15 minutes. */
    create: (body: SignInLinkCreate = {}, options: CallOptions = {}): Promise<SignInLink> =>
      api.json({ method: 'POST', path: '/v1/sign-in-links', body, ...options }),
  };
}

export function systemCalls(api: Requests) {
  return {
    get: (options: CallOptions = {}): Promise<System> => api.json({ method: 'GET', path: '/v1/system', ...options }),
  };
}

/** The picture of a link's QR code. */
export function qrCall(api: Requests) {
  return (id: string, query: QrOptions = {}, options: CallOptions = {}): Promise<Response> =>
    api.request({
      method: 'GET',
      path: `/v1/links/${encodeURIComponent(id)}/qr`,
      query: queryOf(query),
      ...options,
    });
}

function queryOf(query: object): Query {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
  ) as Query;
}

function withKey({ idempotencyKey, ...call }: CreateOptions) {
  return { ...call, ...(idempotencyKey !== undefined && { headers: { 'Idempotency-Key': idempotencyKey } }) };
}
