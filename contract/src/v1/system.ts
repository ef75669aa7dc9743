import { z } from '@hono/zod-openapi';
import { time } from './fields.ts';

const count = z.number().int();

/** What runs, where it keeps things, and how far clicks have come. */
export const systemSchema = z
  .object({
    version: z.string(),
    gitSha: z.string().nullable(),
    deployedAt: z.string().nullable(),
    runtime: z.object({ bun: z.string(), node: z.string(), platform: z.string() }),
    startedAt: time,
    uptimeSeconds: count,
    now: time,
    baseUrl: z.string(),
    roles: z.array(z.string()),
    storage: z.object({
      kind: z.string(),
      schemaVersion: count,
      bytes: z.record(z.string(), count).openapi({ description: 'Size of each file' }),
    }),
    outbox: z
      .object({
        edgeId: z.string(),
        depth: count.openapi({ description: 'Clicks that are not in the database yet' }),
        bytes: count,
        bytesLeft: count,
        secondsToFull: z.number().nullable().openapi({
          description: 'At the rate since the last looks; null where it does not grow, or on a first look',
        }),
        oldestAt: time.nullable().openapi({ description: 'Time of the oldest click in it' }),
        lastError: z.string().nullable(),
      })
      .nullable()
      .openapi({ description: 'Of the process that answers; null where it is no edge' }),
    edges: z
      .array(
        z.object({
          edgeId: z.string(),
          name: z.string().openapi({ description: 'Host and process' }),
          version: z.string(),
          startedAt: time,
          seenAt: time,
          inTouch: z.boolean().openapi({ description: 'Has reported within the last seconds' }),
          stopped: z.boolean(),
          accepted: count.openapi({ description: 'Clicks under this edge id, as it last said' }),
          dropped: count,
          outboxBytes: count,
          feedSeq: count.openapi({ description: 'Up to where its replica follows the change feed' }),
          changesBehind: count.nullable().openapi({
            description:
              'Changes of links, at most, that its replica lacks; null until it has its first copy of all links',
          }),
          lagSeconds: z.number().nullable().openapi({
            description: 'Age of the oldest of those changes by its last report, one a second; 0 for none',
          }),
        }),
      )
      .openapi({ description: 'Edges of an installation on PostgreSQL, last seen first; empty on SQLite' }),
    links: z
      .object({ value: count, exact: z.boolean() })
      .nullable()
      .openapi({ description: 'Links that are not deleted, from a counter; null while the database is away' }),
    redis: z.enum(['off', 'ok', 'away']),
    ingestLagSeconds: z.number(),
    clicks: z
      .object({
        accepted: count,
        committed: count,
        discarded: count.openapi({ description: 'Their link was deleted meanwhile' }),
        dead: count.openapi({ description: 'Could not be processed; kept for an operator' }),
        inFlight: count,
        difference: count.openapi({
          description: 'accepted - committed - discarded - dead - inFlight: 0 unless clicks are lost',
        }),
        dropped: count.openapi({ description: 'Never accepted: the outbox or the disk was full. Since the start' }),
      })
      .openapi({ description: 'Over all edges and restarts' }),
    events: z.object({
      sampleRate: z.number().openapi({ description: 'Share of click rows that is kept; counts are always of all' }),
      retentionDays: z.number().nullable().openapi({ description: 'null: kept for ever' }),
      complete: z.boolean().openapi({ description: 'Whether every click is also an event' }),
    }),
    geo: z.object({
      source: z.string().nullable().openapi({ description: 'Names of the database files in use' }),
      attribution: z.string().openapi({ description: 'To be shown, linked to https://db-ip.com, wherever places are' }),
    }),
    cache: z
      .object({ hits: count, misses: count })
      .openapi({ description: 'Links found in memory, and looked up on disk' }),
    flags: z.record(z.string(), z.boolean()),
  })
  .openapi('System', {
    example: {
      version: '0.1.0',
      gitSha: null,
      deployedAt: null,
      runtime: { bun: '1.4.5', node: '24.3.0', platform: 'linux-x64' },
      startedAt: '2026-03-20T08:00:00.000Z',
      uptimeSeconds: 930,
      now: '2026-03-20T08:15:30.000Z',
      baseUrl: 'https://go.example.com',
      roles: ['edge', 'api', 'worker'],
      storage: { kind: 'sqlite', schemaVersion: 2, bytes: { 'waymark.db': 1048576 } },
      outbox: {
        edgeId: '00112233445566778899aabbccddeeff',
        depth: 3,
        bytes: 65536,
        bytesLeft: 2147418112,
        secondsToFull: null,
        oldestAt: '2026-03-20T08:15:29.880Z',
        lastError: null,
      },
      edges: [],
      links: { value: 4711, exact: true },
      redis: 'off',
      ingestLagSeconds: 0.12,
      clicks: { accepted: 1203, committed: 1200, discarded: 0, dead: 0, inFlight: 3, difference: 0, dropped: 0 },
      events: { sampleRate: 1, retentionDays: null, complete: true },
      geo: { source: 'dbip-country.mmdb', attribution: 'IP Geolocation by DB-IP' },
      cache: { hits: 1100, misses: 103 },
      flags: { risk_scoring: false },
    },
  });
export type System = z.output<typeof systemSchema>;
