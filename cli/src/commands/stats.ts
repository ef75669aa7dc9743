import { DIMENSIONS, type Dimension, LIMITS, QUALITIES } from '@waymark/contract';
import type { Timeseries, Top, Totals } from '@waymark/contract/v1/analytics';
import type { Link } from '@waymark/contract/v1/links';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { examples } from '../examples.ts';
import { usage } from '../failure.ts';
import { findLink } from '../find-link.ts';
import { wholeNumber } from '../numbers.ts';
import { qualityOf } from '../quality.ts';
import { parseDuration, parseWhen } from '../when.ts';
import { showStats } from './stats-view.ts';

interface StatsOptions {
  range: string;
  from?: string;
  to?: string;
  by?: string;
  limit: string;
  interval?: string;
  tz?: string;
  quality: string;
  filter?: string[];
}

/** Everything one run of `stats` asked the server for. */
export interface Stats {
  link: Link | null;
  period: { from: string; to: string };
  totals: Totals;
  timeseries: Timeseries;
  top: Top[];
}

const INTERVALS = ['hour', 'day', 'week', 'month'] as const;
type Interval = (typeof INTERVALS)[number];
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** `stats`: numbers, a chart over time, and who clicked. */
export function addStatsCommand(program: Command, cli: Cli): void {
  program
    .command('stats [link]')
    .description('clicks of one link, or of all: numbers, a chart, the top values')
    .option('-r, --range <time>', 'how far back: 24h, 7d, 30d, 1y', '7d')
    .option('--from <when>', 'from then on, instead of --range: 2030-01-31')
    .option('--to <when>', 'before then (default: now)')
    .option('-b, --by <names>', `count by ${Object.keys(DIMENSIONS).slice(0, 5).join(', ')}, ... ; several with commas`)
    .option('-n, --limit <number>', 'how many values of each', '5')
    .option('-i, --interval <length>', 'hour, day, week or month (default: by the range)')
    .option('--tz <zone>', 'time zone of days and hours (default: the one here)')
    .option('--quality <quality>', `human, all, ${QUALITIES.slice(1).join(', ')}`, 'human')
    .option('--filter <name:value...>', 'only clicks with that value, such as country:DE')
    .addHelpText(
      'after',
      examples(
        [
          'waymark stats',
          'waymark stats spring --range 24h',
          'waymark stats spring --by country,browser --filter device:mobile',
        ],
        'LINK is an id, a code or a short URL. Counts are of people unless --quality says otherwise.',
      ),
    )
    .action(
      cli.action<StatsOptions>(async (session, [ref], options) => {
        const query = queryOf(options);
        const dimensions = dimensionsOf(
          options.by ?? (ref === undefined ? 'link,country,referrer' : 'country,referrer,device'),
        );
        const limit = wholeNumber(options.limit, '--limit', 1, LIMITS.analyticsTopMax);
        const client = session.client();
        const { analytics } = client;
        const link = ref === undefined ? null : await findLink(client, ref);
        const range = { ...query.range, ...(link !== null && { link: link.id }) };
        const [totals, timeseries, ...top] = await Promise.all([
          analytics.totals(range),
          analytics.timeseries({ ...range, interval: query.interval, tz: query.tz }),
          ...dimensions.map((dimension) => analytics.top({ ...range, dimension, limit })),
        ]);
        const { from, to } = query.range;
        const stats: Stats = { link, period: { from, to }, totals, timeseries, top };
        await session.output.result(stats, () => showStats(stats, session.output));
        return 'ok';
      }),
    );
}

/** Errors: usage. */
function queryOf({ range, from, to, interval, tz, quality, filter = [] }: StatsOptions) {
  const now = Date.now();
  const end = to === undefined ? new Date(now).toISOString() : parseWhen(to, '--to', now, -1);
  const lengthMs = parseDuration(range);
  if (lengthMs === null) throw usage(`--range: ${range} is no length of time`, 'Write 24h, 7d, 4w or 1y.');
  const start =
    from === undefined ? new Date(Date.parse(end) - lengthMs).toISOString() : parseWhen(from, '--from', now, -1);
  const spanMs = Date.parse(end) - Date.parse(start);
  if (spanMs <= 0) throw usage('--from has to lie before --to');
  const length = INTERVALS.find((each) => each === interval) ?? intervalFor(spanMs);
  if (interval !== undefined && interval !== length)
    throw usage(`--interval: ${interval} is none of ${INTERVALS.join(', ')}`);
  return {
    range: { from: start, to: end, quality: qualityOf(quality), ...(filter.length > 0 && { filter }) },
    interval: length,
    tz: tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

function intervalFor(spanMs: number): Interval {
  if (spanMs <= 3 * DAY_MS + HOUR_MS) return 'hour';
  return spanMs <= 120 * DAY_MS ? 'day' : spanMs <= 3 * 365 * DAY_MS ? 'week' : 'month';
}

/** Errors: usage. */
function dimensionsOf(names: string): Dimension[] {
  const known = Object.keys(DIMENSIONS) as Dimension[];
  return names.split(',').map((name) => {
    const dimension = known.find((each) => each === name);
    if (dimension === undefined)
      throw usage(`--by: ${name} is nothing to count by`, `It is one of ${known.join(', ')}.`);
    return dimension;
  });
}
