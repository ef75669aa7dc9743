import { formatCount, formatShare } from '../format/numbers.ts';
import { t } from '../i18n/index.ts';
import { classNames } from '../ui/class-names.ts';
import { Mark } from '../ui/mark.tsx';

export interface TopRow {
  value: string;
  label: string;
  clicks: number;
  visitors: number;
  /** Letters before the label, such as those of a country. */
  mark?: string | null;
}

export interface TopListProps {
  /** What the rows are: "Countries". Heading of the first column too. */
  label: string;
  rows: readonly TopRow[];
  /** Clicks of everything, for the shares. Default: those of the rows together. */
  total?: number;
  /** Values that are chosen. */
  picked?: readonly string[];
  /** Absent: rows can't be chosen. */
  onPick?(value: string): void;
}

/** Values with the most clicks: a table whose rows are as long as their share. */
export function TopList({ label, rows, total, picked = [], onPick }: TopListProps) {
  const all = total ?? rows.reduce((sum, { clicks }) => sum + clicks, 0);
  const most = Math.max(1, ...rows.map(({ clicks }) => clicks));
  return (
    <table className="w-full border-separate border-spacing-y-0.5 text-sm">
      <caption className="sr-only">{label}</caption>
      <thead>
        <tr className="text-xs text-muted [&_th]:pb-1 [&_th]:font-normal">
          <th scope="col" className="w-full max-w-0 truncate pl-2 text-left">
            {label}
          </th>
          <th scope="col" className="pl-3 text-right">
            {t('common.clicksName')}
          </th>
          <th scope="col" className="pl-3 text-right max-sm:hidden">
            {t('common.visitorsName')}
          </th>
          <th scope="col" className="min-w-16 pr-2 pl-3 text-right">
            {t('analytics.share')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ value, label: words, mark, clicks, visitors }) => (
          <tr
            key={value}
            className={classNames(
              'h-8 bg-no-repeat',
              onPick && 'hover:[&_td]:bg-sunken/60',
              picked.includes(value) && 'font-semibold',
            )}
            style={{
              backgroundImage: 'linear-gradient(var(--accent-soft), var(--accent-soft))',
              backgroundSize: `${(clicks / most) * 100}% 100%`,
            }}
          >
            <td className="w-full max-w-0 truncate rounded-l-md pl-2">
              {onPick ? (
                <button
                  type="button"
                  aria-pressed={picked.includes(value)}
                  onClick={() => onPick(value)}
                  className="inline-block max-w-full truncate rounded py-1 text-left align-middle hover:underline"
                >
                  <Words mark={mark} words={words} />
                </button>
              ) : (
                <Words mark={mark} words={words} />
              )}
            </td>
            <td className="pl-3 text-right tabular-nums">{formatCount(clicks)}</td>
            <td className="pl-3 text-right text-muted tabular-nums max-sm:hidden">{formatCount(visitors)}</td>
            <td className="rounded-r-md pr-2 pl-3 text-right whitespace-nowrap text-muted tabular-nums">
              {all > 0 ? formatShare(clicks / all) : '–'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Words({ mark, words }: { mark: string | null | undefined; words: string }) {
  return (
    <span title={words}>
      {mark && <Mark text={mark} className="mr-2" />}
      {words}
    </span>
  );
}
