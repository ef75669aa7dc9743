import type { System } from '@waymark/contract/v1/system';
import { formatDateTime, formatDuration } from '../../format/dates.ts';
import { formatBytes, formatCount, formatShare } from '../../format/numbers.ts';
import { t } from '../../i18n/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { roleName } from './checks-card.tsx';
import { Facts } from './facts.tsx';

/** Which program runs, and since when. */
export function ProgramCard({ system }: { system: System }) {
  const { version, gitSha, deployedAt, runtime, startedAt, uptimeSeconds, baseUrl, roles } = system;
  return (
    <Card title={t('system.program.title')}>
      <Facts
        facts={[
          { name: t('system.program.version'), value: version },
          { name: t('system.program.gitSha'), value: gitSha ?? t('system.notSet') },
          {
            name: t('system.program.deployedAt'),
            value: deployedAt === null ? t('system.notSet') : asTime(deployedAt),
          },
          {
            name: t('system.program.uptime'),
            value: t('system.program.since', { time: formatDuration(uptimeSeconds), start: formatDateTime(startedAt) }),
          },
          { name: t('system.program.roles'), value: roles.map(roleName).join(', ') },
          { name: t('system.program.baseUrl'), value: baseUrl },
          { name: t('system.program.runtime'), value: `Bun ${runtime.bun}, ${runtime.platform}` },
        ]}
      />
    </Card>
  );
}

/** Release metadata is whatever an operator wrote. */
function asTime(text: string): string {
  return Number.isNaN(Date.parse(text)) ? text : formatDateTime(text);
}

/** Where things are kept, and for how long. */
export function StorageCard({ system: { storage, redis, events } }: { system: System }) {
  const kind = storage.kind === 'sqlite' ? 'SQLite' : storage.kind === 'postgres' ? 'PostgreSQL' : storage.kind;
  return (
    <Card title={t('system.storage.title')}>
      <Facts
        facts={[
          { name: t('system.storage.kind'), value: kind },
          { name: t('system.storage.schema'), value: String(storage.schemaVersion) },
          ...Object.entries(storage.bytes).map(([name, bytes]) => ({ name, value: formatBytes(bytes) })),
          { name: 'Redis', value: <Redis state={redis} /> },
          {
            name: t('system.storage.events'),
            value:
              events.retentionDays === null
                ? t('system.storage.forEver')
                : t('system.storage.days', { count: events.retentionDays }),
          },
          {
            name: t('system.storage.sampling'),
            value:
              events.sampleRate >= 1
                ? t('system.storage.every')
                : t('system.storage.share', { share: formatShare(events.sampleRate) }),
          },
        ]}
      />
    </Card>
  );
}

function Redis({ state }: { state: System['redis'] }) {
  const tone = { off: 'neutral', ok: 'good', away: 'warn' } as const;
  return <Badge tone={tone[state]}>{t(`system.redis.${state}`)}</Badge>;
}

/** How links are found, where places come from, and what is turned on. */
export function OtherCard({ system: { geo, cache, flags } }: { system: System }) {
  const lookups = cache.hits + cache.misses;
  return (
    <Card title={t('system.other.title')}>
      <Facts
        facts={[
          {
            name: t('system.other.cache'),
            value:
              lookups === 0
                ? t('system.other.noLookups')
                : t('system.other.cacheRate', {
                    share: formatShare(cache.hits / lookups),
                    lookups: formatCount(lookups),
                  }),
          },
          { name: t('system.other.geo'), value: geo.source ?? t('common.none') },
          {
            name: t('system.other.attribution'),
            value: (
              <a href="https://db-ip.com" target="_blank" rel="noreferrer" className="underline">
                {geo.attribution}
              </a>
            ),
          },
          ...Object.entries(flags).map(([name, isOn]) => ({
            name: t('system.other.flag', { name }),
            value: isOn ? t('common.on') : t('common.off'),
          })),
        ]}
      />
    </Card>
  );
}
