import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { troubleOf } from '../api/query-trouble.ts';
import { t } from '../i18n/index.ts';
import { ErrorState } from './error-state.tsx';

export interface QueryViewProps<T> {
  query: Pick<UseQueryResult<T>, 'data' | 'error' | 'isPlaceholderData' | 'refetch'> & {
    failureReason?: Error | null;
  };
  /** In the size of what comes. */
  skeleton: ReactNode;
  /** Where the answer holds nothing; null where that can't be. */
  empty: { when(data: T): boolean; view: ReactNode } | null;
  children: (data: T) => ReactNode;
}

/** A question's answer in all its states. What was there before stays, dimmed, while the next answer is on its way. */
export function QueryView<T>({ query, skeleton, empty, children }: QueryViewProps<T>) {
  const { data, isPlaceholderData, refetch } = query;
  if (data === undefined) {
    const trouble = troubleOf(query);
    if (trouble !== null) return <ErrorState error={trouble} onRetry={() => void refetch()} />;
    return (
      <div role="status" aria-label={t('common.loading')}>
        {skeleton}
      </div>
    );
  }
  if (empty?.when(data)) return empty.view;
  return (
    <div className={isPlaceholderData ? 'opacity-60 transition-opacity' : 'transition-opacity'}>{children(data)}</div>
  );
}
