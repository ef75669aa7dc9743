import type { Top } from '@waymark/contract/v1/analytics';
import { chart, shareBar } from '../output/chart.ts';
import { change, count, dateTime, plural } from '../output/format.ts';
import type { Output } from '../output/output.ts';
import { plain } from '../output/style.ts';
import { type Column, cut, table } from '../output/table.ts';
import type { Stats } from './stats.ts';

const BAR_WIDTH = 20;

/** Statistics as a person reads them: headline, chart, tables. */
export function showStats({ link, period, totals, timeseries, top }: Stats, { style, columns }: Output): string {
  const { clicks, visitors, previous } = totals.data;
  const title =
    link === null ? style('bold', 'All links') : `${style('bold', link.shortUrl)} ${style('dim', '→')} ${link.url}`;
  const whose =
    { human: 'clicks of people', all: 'all clicks' }[totals.quality as string] ?? `clicks: ${totals.quality}`;
  const span = `${dateTime(period.from)} to ${dateTime(period.to)} (${timeseries.tz}), ${whose}`;
  const changed = change(clicks, previous.clicks);
  const compared =
    changed === null ? '' : style('dim', ` (${changed}, ${count(previous.clicks)} in the period before)`);
  const bars = timeseries.data.map((bucket) => ({
    label: labelOf(bucket.start, timeseries.interval, timeseries.tz),
    value: bucket.clicks,
  }));
  const head = [
    link === null ? title : cutStyled(title, plain(`${link.shortUrl} → ${link.url}`), columns),
    style('dim', cut(span, columns)),
    '',
    `${style('bold', plural(clicks, 'click'))} by ${plural(visitors, 'visitor')}${compared}`,
  ];
  const drawn = clicks === 0 ? [] : ['', chart(bars, columns)];
  const tables = top
    .filter(({ data }) => data.length > 0)
    .flatMap((each) => ['', topTable(each, clicks, columns, style)]);
  return [...head, ...drawn, ...tables].join('\n');
}

function topTable({ dimension, data }: Top, total: number, width: number, style: Output['style']): string {
  const columns: Column[] = [
    { title: dimension.toUpperCase().replace('_', ' '), flexible: true },
    { title: 'CLICKS', align: 'right' },
    { title: 'VISITORS', align: 'right' },
    { title: 'SHARE', align: 'right' },
    { title: ' '.repeat(BAR_WIDTH) },
  ];
  const rows = data.map(({ value, clicks, visitors, code, title }) => {
    const share = total === 0 ? 0 : clicks / total;
    const unknown = dimension === 'referrer' ? '(direct)' : '(unknown)';
    const name = dimension === 'link' ? `${code ?? value}${title ? ` (${title})` : ''}` : value || unknown;
    return [name, count(clicks), count(visitors), `${(share * 100).toFixed(1)}%`, shareBar(share, BAR_WIDTH)];
  });
  return table(columns, rows, width, style);
}

function labelOf(start: string, interval: string, timeZone: string): string {
  const at = new Date(start);
  const day = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(at);
  if (interval !== 'hour') return day;
  return `${day} ${new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(at)}`;
}

/** A styled line, or its bare text cut where it does not fit. */
function cutStyled(styled: string, bare: string, width: number): string {
  return Bun.stringWidth(bare) <= width ? styled : cut(bare, width);
}
