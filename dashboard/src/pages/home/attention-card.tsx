import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleCheck, Info, OctagonAlert, TriangleAlert } from 'lucide-react';
import { api } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import { paths } from '../../app/paths.ts';
import { QueryView } from '../../components/query-view.tsx';
import { useNow } from '../../components/use-now.ts';
import { formatAgo } from '../../format/dates.ts';
import { formatCount, formatShare } from '../../format/numbers.ts';
import { t } from '../../i18n/index.ts';
import { Card } from '../../ui/card.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { type Attention, linkAttention, systemAttention } from './attention.ts';

/** Looked at for links that end: the most clicked ones, and the most clicked of those that have ended. */
const LINKS_LOOKED_AT = 100;
const LOOK_EVERY_MS = 60_000;

const ICONS = {
  danger: <OctagonAlert aria-hidden className="text-danger" />,
  warn: <TriangleAlert aria-hidden className="text-warn" />,
  neutral: <Info aria-hidden className="text-muted" />,
};

/** What somebody should look at, each with what to do; one line where all is well. */
export function AttentionCard() {
  const now = useNow(60_000);
  const system = useQuery(queries.system());
  const links = useQuery({
    queryKey: ['links', 'attention'],
    queryFn: async ({ signal }) => {
      const lists = await Promise.all([
        api.links.list({ sort: '-clicks', limit: LINKS_LOOKED_AT, signal }),
        api.links.list({ sort: '-clicks', limit: LINKS_LOOKED_AT, expired: true, signal }),
      ]);
      return lists.flatMap(({ data }) => data);
    },
    staleTime: LOOK_EVERY_MS,
    refetchInterval: LOOK_EVERY_MS,
  });
  return (
    <Card title={t('home.attention.title')}>
      <QueryView query={system} skeleton={<Skeleton className="h-10" />} empty={null}>
        {(state) => {
          const found = [...systemAttention(state), ...linkAttention(links.data ?? [], now)];
          if (found.length === 0) {
            return (
              <p className="flex items-center gap-2 text-sm">
                <CircleCheck aria-hidden className="size-4 shrink-0 text-good" />
                {links.data === undefined ? t('home.attention.systemWell') : t('home.attention.well')}
              </p>
            );
          }
          return (
            <ul className="grid gap-x-6 gap-y-3 lg:grid-cols-2">
              {found.map((item) => (
                <Item key={`${item.kind} ${item.link?.id ?? ''}`} item={item} now={now} />
              ))}
            </ul>
          );
        }}
      </QueryView>
    </Card>
  );
}

function Item({ item: { kind, tone, values, link, at }, now }: { item: Attention; now: number }) {
  const words = {
    ...values,
    ...(typeof values.rate === 'number' && { rate: formatShare(values.rate) }),
    ...(typeof values.count === 'number' && { number: formatCount(values.count) }),
    when: at === null || Number.isNaN(at) ? '' : formatAgo(at, now),
  };
  return (
    <li className="flex items-start gap-2.5 text-sm [&_svg]:mt-0.5 [&_svg]:size-4 [&_svg]:shrink-0">
      {ICONS[tone]}
      <div className="min-w-0">
        <p className="font-medium wrap-anywhere">
          <span className="sr-only">{t(`home.attention.tones.${tone}`)}: </span>
          {t(`home.attention.kinds.${kind}.title`, words)}
        </p>
        <p className="text-muted wrap-anywhere">
          {t(`home.attention.kinds.${kind}.text`, words)}{' '}
          {link === null ? (
            <Link to={paths.system()} className="underline">
              {t('home.attention.toSystem')}
            </Link>
          ) : (
            <Link
              {...paths.linkEdit(link.id)}
              className="underline"
              aria-label={t('home.attention.toLink', { code: link.code })}
            >
              {t('home.attention.edit')}
            </Link>
          )}
        </p>
      </div>
    </li>
  );
}
