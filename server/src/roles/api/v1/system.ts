import { systemSchema } from '@waymark/contract/v1/system';
import { FillRate } from '../../../clicks/fill-rate.ts';
import { invariant, unaccounted } from '../../../clicks/invariant.ts';
import type { ApiDeps } from '../deps.ts';
import { isoTime } from './link-view.ts';
import { json, type V1Routes } from './routes.ts';

/** What an operator's page shows of the installation. */
export function addSystemRoute(v1: V1Routes, deps: ApiDeps): void {
  const fillRate = new FillRate();

  v1.add(
    {
      method: 'get',
      path: '/v1/system',
      tag: 'System',
      summary: 'State of the installation',
      scope: 'read',
      success: { status: 200, description: 'Versions, storage, outbox and clicks', schema: systemSchema },
    },
    async () => {
      const { config, installation } = deps;
      const now = deps.now();
      const uptimeSeconds = Math.floor(process.uptime());
      const status = deps.clicks.status();
      const figures = invariant(status.edges);
      const { sampleRate, retentionDays } = config.events;
      return json({
        version: config.release.version,
        gitSha: config.release.gitSha,
        deployedAt: config.release.deployedAt,
        runtime: {
          bun: process.versions.bun ?? '',
          node: process.versions.node,
          platform: `${process.platform}-${process.arch}`,
        },
        startedAt: isoTime(now - uptimeSeconds * 1000),
        uptimeSeconds,
        now: isoTime(now),
        baseUrl: deps.baseUrl(),
        roles: config.roles,
        storage: {
          kind: config.storage.kind,
          schemaVersion: installation.schemaVersion,
          bytes: deps.state.databaseSizes(),
        },
        outbox: status.outbox && {
          edgeId: status.outbox.edgeId,
          depth: status.outbox.depth,
          bytes: status.outbox.bytes,
          bytesLeft: status.outbox.bytesLeft,
          secondsToFull: fillRate.secondsToFull(now, status.outbox.bytes, status.outbox.bytesLeft),
          oldestAt: status.lagSeconds > 0 ? isoTime(Math.floor(now - status.lagSeconds * 1000)) : null,
          lastError: status.lastError,
        },
        edges: (await deps.state.edges()).map((edge) => ({
          edgeId: edge.edgeId,
          name: edge.name,
          version: edge.version,
          startedAt: isoTime(edge.startedAt),
          seenAt: isoTime(edge.seenAt),
          inTouch: edge.inTouch,
          stopped: edge.stopped,
          accepted: edge.acceptedSeq,
          dropped: edge.dropped,
          outboxBytes: edge.outboxBytes,
          feedSeq: edge.appliedSeq,
          changesBehind: edge.changesBehind,
          lagSeconds: edge.lagSeconds,
        })),
        links: await deps.queries.links.count({}).catch(() => null),
        redis: deps.state.redis(),
        ingestLagSeconds: status.lagSeconds,
        clicks: { ...figures, difference: unaccounted(figures), dropped: status.outbox?.dropped ?? 0 },
        events: { sampleRate, retentionDays, complete: sampleRate >= 1 && retentionDays === null },
        geo: { source: installation.geoSource, attribution: installation.geoAttribution },
        cache: installation.cache(),
        flags: config.flags,
      });
    },
  );
}
