import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client.ts';

/** What short URLs begin with, as the newest link has it; this page's own host where there is no link. */
export function useShortBase(): string {
  const { data } = useQuery({
    queryKey: ['short-base'],
    queryFn: async ({ signal }) => {
      const [link] = (await api.links.list({ limit: 1, signal })).data;
      return link === undefined ? null : link.shortUrl.slice(0, -link.code.length);
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data ?? `${location.origin}/`;
}
