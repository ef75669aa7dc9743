import { useCallback, useSyncExternalStore } from 'react';

/** The time, told anew every `stepMs`. Units: epoch ms, rounded down to a step so that nothing changes in between. */
export function useNow(stepMs: number): number {
  const listen = useCallback(
    (tell: () => void) => {
      const timer = setInterval(tell, Math.min(stepMs, 30_000));
      return () => clearInterval(timer);
    },
    [stepMs],
  );
  return useSyncExternalStore(listen, () => Math.floor(Date.now() / stepMs) * stepMs);
}
