import { useEffect, useState } from 'react';

const STEP_MS = 30_000;

/** The time, for what is said in relation to it; moves on every 30 s. Units: epoch ms. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), STEP_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
