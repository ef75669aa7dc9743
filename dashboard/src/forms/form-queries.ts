import { useQuery } from '@tanstack/react-query';
import { codeProblem } from '@waymark/contract';
import type { Availability, DestinationCheck } from '@waymark/contract/v1/links';
import { api } from '../api/client.ts';
import { useDebounced } from './use-debounced.ts';

const TYPING_MS = 250;

/** An answer about what stands in a field; `null` while there is none for what stands there. */
export interface Live<T> {
  answer: T | null;
  isAsking: boolean;
}

/** What creating a link to `url` would say, as it is typed. A question that is out of date is dropped. */
export function useDestinationCheck(url: string): Live<DestinationCheck> {
  const settled = useDebounced(url, TYPING_MS);
  const { data, isFetching } = useQuery({
    queryKey: ['destination-check', settled],
    queryFn: ({ signal }) => api.links.check(settled, { signal }),
    enabled: settled !== '',
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  });
  const isCurrent = settled === url && url !== '';
  return { answer: isCurrent ? (data ?? null) : null, isAsking: url !== '' && (!isCurrent || isFetching) };
}

/** Whether a code is free, as it is typed. What can be seen without the server is not asked. */
export function useAvailability(code: string): Live<Availability> {
  const settled = useDebounced(code, TYPING_MS);
  const problem = code === '' ? null : codeProblem(code);
  const { data, isFetching } = useQuery({
    queryKey: ['availability', settled],
    queryFn: ({ signal }) => api.links.availability(settled, { signal }),
    enabled: settled !== '' && codeProblem(settled) === null,
    staleTime: 5000,
    gcTime: 60_000,
    retry: false,
  });
  if (problem !== null) return { answer: { code, available: false, reason: problem }, isAsking: false };
  const isCurrent = settled === code && code !== '';
  return { answer: isCurrent ? (data ?? null) : null, isAsking: code !== '' && (!isCurrent || isFetching) };
}
