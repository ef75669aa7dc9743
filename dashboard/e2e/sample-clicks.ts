import { Database } from 'bun:sqlite';
import { DIMENSIONS, type Dimension } from '@waymark/contract';
import { SEED_DEFAULTS, seedClicks } from '../../server/bench/seed-clicks.ts';
import { DAY_MS } from '../../server/src/platform/clock.ts';

/** Values as clicks have them, in place of the numbered ones of the seed; the first are the most frequent. */
const VALUES: Partial<Record<Dimension, string>> = {
  country:
    'US DE IN GB FR BR JP CA AU NL ES IT PL SE CH AT MX KR ID TR ZA NG KE EG AR CL CO SG VN TH PT BE DK NO FI IE CZ RO UA NZ',
  city: 'Berlin|New York|London|Mumbai|Paris|São Paulo|Tokyo|Toronto|Sydney|Amsterdam|Madrid|Rome|Warsaw|Stockholm|Zürich|Vienna|Mexico City|Seoul|Jakarta|Istanbul',
  region: 'California|Bavaria|Maharashtra|England|Île-de-France|Ontario|New South Wales|Lombardy',
  device: 'mobile desktop tablet tv',
  browser: 'Chrome|Safari|Firefox|Edge|Samsung Internet|Opera|Brave|Vivaldi|UC Browser|DuckDuckGo|Yandex|Silk',
  os: 'Android|iOS|Windows|macOS|Linux|Chrome OS|FreeBSD|Tizen',
  referrer:
    'google.com t.co linkedin.com facebook.com news.ycombinator.com reddit.com bing.com duckduckgo.com github.com youtube.com',
  utm_source: 'newsletter twitter linkedin partner qr',
  utm_medium: 'email social cpc print referral affiliate',
  utm_campaign: 'spring-sale launch black-friday webinar onboarding',
  language: 'en de hi fr pt ja es nl it pl sv ko id tr ar zh ru vi th cs da no fi ro uk',
};

const TITLES = [
  'Spring sale',
  'Quarterly report',
  'Launch webinar: how a link platform keeps every click, told at such length that the title must be cut or wrapped somewhere',
  'Documentation',
];

/** Days until yesterday that have clicks. */
const DAYS = 200;

export interface SampleOptions {
  clicks: number;
  links: number;
  /** The counts of the busiest link and of all links are multiplied by this: a link of ten million clicks without their rows. */
  times?: number;
}

/** Fills `directory` with links and clicks of the last 200 days that look like people's. Shape: link 1 is the busiest. */
export function sampleClicks(directory: string, { clicks, links, times = 1 }: SampleOptions): void {
  const start = Math.floor(Date.now() / DAY_MS - DAYS) * DAY_MS;
  const file = seedClicks(directory, { ...SEED_DEFAULTS, clicks, links, start, days: DAYS, rollupLinks: 20 });
  using db = new Database(file, { strict: true });
  db.transaction(() => {
    for (const [dimension, values = ''] of Object.entries(VALUES)) {
      values.split(values.includes('|') ? '|' : ' ').forEach((value, i) => {
        db.run('UPDATE dimension_values SET value = ? WHERE dimension = ? AND value = ?', [
          value,
          DIMENSIONS[dimension as Dimension],
          `${dimension}-${i + 1}`,
        ]);
      });
    }
    TITLES.forEach((title, i) => {
      db.run('UPDATE links SET title = ? WHERE id = ?', [title, i + 1]);
    });
    if (times !== 1) multiply(db, times);
  })();
}

function multiply(db: Database, times: number): void {
  const counts = ['clicks', 'visitors', 'human_clicks', 'human_visitors'];
  const set = counts.map((column) => `${column} = ${column} * ${times}`).join(', ');
  for (const table of ['rollup_15m', 'rollup_hour', 'rollup_day'])
    db.run(`UPDATE ${table} SET ${set} WHERE link_id IN (0, 1)`);
  db.run(`UPDATE link_stats SET clicks = clicks * ${times}, human_clicks = human_clicks * ${times} WHERE link_id = 1`);
}
