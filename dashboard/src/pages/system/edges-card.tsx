import type { System } from '@waymark/contract/v1/system';
import { formatAgo, formatDuration, formatExact } from '../../format/dates.ts';
import { formatBytes, formatCount } from '../../format/numbers.ts';
import { t } from '../../i18n/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';

type Edge = System['edges'][number];

/** Each edge of an installation that is scaled out. */
export function EdgesCard({ edges, now }: { edges: readonly Edge[]; now: number }) {
  const columns = ['name', 'state', 'version', 'accepted', 'dropped', 'outbox', 'replica'] as const;
  return (
    <Card title={t('system.edges.title')}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section tabIndex={0} aria-label={t('system.edges.title')} className="overflow-x-auto">
        <table className="w-full min-w-3xl text-sm">
          <thead>
            <tr className="text-left text-xs text-muted [&_th]:py-1 [&_th]:pr-4 [&_th]:font-medium">
              {columns.map((column) => (
                <th key={column} scope="col">
                  {t(`system.edges.columns.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {edges.map((edge) => (
              <tr key={`${edge.edgeId} ${edge.name}`} className="border-t border-line [&_td]:py-1.5 [&_td]:pr-4">
                <th scope="row" className="py-1.5 pr-4 text-left font-medium" title={edge.edgeId}>
                  {edge.name}
                </th>
                <td title={formatExact(edge.seenAt)}>
                  <EdgeState edge={edge} now={now} />
                </td>
                <td>{edge.version}</td>
                <td>{formatCount(edge.accepted)}</td>
                <td className={edge.dropped > 0 ? 'font-medium text-danger' : ''}>{formatCount(edge.dropped)}</td>
                <td>{formatBytes(edge.outboxBytes)}</td>
                <td>{replicaWords(edge)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  );
}

function EdgeState({ edge: { inTouch, stopped, seenAt }, now }: { edge: Edge; now: number }) {
  if (stopped) return <Badge>{t('system.edges.stopped')}</Badge>;
  if (inTouch) return <Badge tone="good">{t('system.edges.inTouch')}</Badge>;
  return <Badge tone="warn">{t('system.edges.away', { when: formatAgo(seenAt, now) })}</Badge>;
}

function replicaWords({ changesBehind, lagSeconds }: Edge): string {
  if (changesBehind === null) return t('system.edges.loading');
  if (changesBehind === 0) return t('system.edges.current');
  const behind = t('system.edges.behind', { count: changesBehind });
  return lagSeconds === null || lagSeconds < 1 ? behind : `${behind} (${formatDuration(lagSeconds)})`;
}
