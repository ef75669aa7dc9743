import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import { ADMIN_KEY } from './processes.ts';

/** One sample of /metrics by name, without labels. */
export async function scrape(url: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } })).text();
  const values: Record<string, number> = {};
  for (const line of text.split('\n')) {
    const [name = '', value = ''] = line.split(' ');
    if (name && !name.startsWith('#')) values[name] = Number(value);
  }
  return values;
}

export async function clickFigures(
  url: string,
): Promise<{ accepted: number; committed: number; inFlight: number; dropped: number }> {
  const values = await scrape(url);
  const figure = (name: string) => values[`waymark_clicks_${name}`] ?? Number.NaN;
  return {
    accepted: figure('accepted_total'),
    committed: figure('committed_total'),
    inFlight: figure('in_flight'),
    dropped: figure('dropped_total'),
  };
}

/** Waits until every accepted click is committed. Returns the seconds it took. */
export async function drained(url: string, limitSeconds = 600): Promise<number> {
  const start = performance.now();
  for (;;) {
    const { inFlight } = await clickFigures(url);
    const seconds = (performance.now() - start) / 1000;
    if (inFlight === 0) return seconds;
    if (seconds > limitSeconds) throw new Error(`${inFlight} clicks are still in flight after ${limitSeconds} s`);
    await Bun.sleep(250);
  }
}

/** What the database of a stopped server holds. */
export function totals(dataDir: string): { linkClicks: number; rows: number; rollups: number } {
  const db = new Database(join(dataDir, 'waymark.db'), { readonly: true });
  const one = (sql: string) => (db.query(sql).get() as { n: number | null }).n ?? 0;
  const result = {
    linkClicks: one('SELECT sum(clicks) AS n FROM link_stats'),
    rows: one('SELECT count(*) AS n FROM clicks'),
    rollups: one('SELECT sum(clicks) AS n FROM rollup_15m WHERE link_id = 0'),
  };
  db.close();
  return result;
}
