import { Download } from 'lucide-react';
import { type Rows, toCsv, toTabs } from '../format/delimited.ts';
import { formatCount } from '../format/numbers.ts';
import { t } from '../i18n/index.ts';
import { IconButton } from '../ui/button.tsx';
import { classNames } from '../ui/class-names.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { download } from './download.ts';

/** Takes a table away: to the clipboard, or as a CSV file called `name`. */
export function TableActions({ name, rows }: { name: string; rows: Rows }) {
  return (
    <>
      <CopyButton text={toTabs(rows)} label={t('analytics.copyTable')} />
      <IconButton
        size="small"
        label={t('analytics.downloadCsv')}
        icon={<Download aria-hidden />}
        onClick={() => download(`${name}.csv`, toCsv(rows))}
      />
    </>
  );
}

/** The numbers of a chart as a table. The first row is the heading. */
export function DataTable({ caption, rows, height }: { caption: string; rows: Rows; height?: number }) {
  const [heading = [], ...body] = rows;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields.
    <div
      role="group"
      aria-label={caption}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys.
      tabIndex={0}
      className="relative overflow-auto"
      style={{ maxHeight: height }}
    >
      <table className="w-full text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {heading.map((cell, column) => (
              <th
                key={String(cell)}
                scope="col"
                className={classNames(
                  'sticky top-0 bg-surface px-2 py-1.5 font-medium whitespace-nowrap text-muted',
                  column === 0 ? 'text-left' : 'text-right',
                )}
              >
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map(([first = '', ...cells]) => (
            // Where clocks go back, an hour is there twice.
            <tr key={[first, ...cells].join()} className="border-t border-line">
              <th scope="row" className="px-2 py-1.5 text-left font-normal whitespace-nowrap">
                {first}
              </th>
              {cells.map((cell, column) => (
                <td key={String(heading[column + 1])} className="px-2 py-1.5 text-right whitespace-nowrap">
                  {typeof cell === 'number' ? formatCount(cell) : cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
