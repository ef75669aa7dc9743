import { useQuery } from '@tanstack/react-query';
import { LIMITS } from '@waymark/contract';
import { api } from '../../api/client.ts';
import { Batch } from './batch.ts';

const DAYS = 30;
const DAY_MS = 86_400_000;
/** Counts come by whole quarter hours. */
const QUARTER_MS = 900_000;
/** Rows that come into view together are asked for together. */
const WAIT_MS = 60;
const STALE_MS = 60_000;

const batch = new Batch<number[]>(LIMITS.sparklineLinksMax, WAIT_MS, async (links) => {
  const to = new Date(Math.ceil(Date.now() / QUARTER_MS) * QUARTER_MS);
  const from = new Date(to.getTime() - DAYS * DAY_MS);
  const { data } = await api.analytics.sparklines({ links, from, to, points: DAYS });
  return new Map(data.map(({ link, points }) => [link, points]));
});

/** Clicks of people by day over the last 30 days, oldest first; empty for a link that is deleted. Waits while `wait`. */
export function useSparkline(id: string, wait: boolean) {
  return useQuery({
    queryKey: ['analytics', 'sparkline', id],
    queryFn: async () => (await batch.get(id)) ?? [],
    staleTime: STALE_MS,
    enabled: (query) => !wait || query.state.data !== undefined,
  });
}
