import { expect } from 'bun:test';
import { TEST_API_KEY, type TestApp } from '../start-app.ts';
import { pause } from './visitors.ts';

/** The invariant as /metrics shows it. */
export interface ClickFigures {
  accepted: number;
  committed: number;
  discarded: number;
  dead: number;
  inFlight: number;
  dropped: number;
}

const NAMES: Record<keyof ClickFigures, string> = {
  accepted: 'waymark_clicks_accepted_total',
  committed: 'waymark_clicks_committed_total',
  discarded: 'waymark_clicks_discarded_total',
  dead: 'waymark_clicks_dead_total',
  inFlight: 'waymark_clicks_in_flight',
  dropped: 'waymark_clicks_dropped_total',
};

/** Errors: throws where /metrics does not answer 200 or lacks a figure. */
export async function clickFigures(app: Pick<TestApp, 'baseUrl'>): Promise<ClickFigures> {
  const response = await fetch(`${app.baseUrl}/metrics`, { headers: { Authorization: `Bearer ${TEST_API_KEY}` } });
  const text = await response.text();
  expect(response.status).toBe(200);
  const figure = (name: string) => {
    const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`/metrics has no ${name}:\n${text}`);
    return Number(value);
  };
  return Object.fromEntries(Object.entries(NAMES).map(([key, name]) => [key, figure(name)])) as unknown as ClickFigures;
}

/** Waits until nothing is in flight. Errors: throws when that takes longer than `withinMs`. */
export async function settled(app: Pick<TestApp, 'baseUrl'>, withinMs = 30_000): Promise<ClickFigures> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const figures = await clickFigures(app);
    if (figures.inFlight === 0) return figures;
    if (performance.now() > deadline) throw new Error(`still in flight: ${JSON.stringify(figures)}`);
    await pause(50);
  }
}
