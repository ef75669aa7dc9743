import { useState } from 'react';
import { useNow } from '../../components/use-now.ts';
import { formatMinute } from '../../format/dates.ts';
import { formatCount } from '../../format/numbers.ts';
import { t } from '../../i18n/index.ts';
import { minuteOf } from '../../live/recent-clicks.ts';
import { useRecentClicks } from '../../live/use-live.ts';
import { Button } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';

const MINUTES = 60;
const MINUTE_MS = 60_000;

/** Clicks of the last hour by minute, the running one in outline; as a table too. */
export function MinuteBars() {
  const { perMinute, knownSince } = useRecentClicks();
  const [asTable, setAsTable] = useState(false);
  const last = minuteOf(useNow(MINUTE_MS));
  const bars = Array.from({ length: MINUTES }, (_, index) => {
    const minute = last - MINUTES + 1 + index;
    const isKnown = knownSince !== null && minute >= knownSince;
    return { minute, at: minute * MINUTE_MS, clicks: isKnown ? (perMinute.get(minute) ?? 0) : null };
  });
  const known = bars.flatMap(({ clicks }) => clicks ?? []);
  const most = Math.max(1, ...known);
  const sum = known.reduce((total, clicks) => total + clicks, 0);
  const label = t('home.minutes.label', { sum: formatCount(sum), most: formatCount(Math.max(0, ...known)) });
  const words = (clicks: number | null) =>
    clicks === null ? t('common.unknown') : t('common.clicks', { count: clicks });
  return (
    <div className="mt-4 flex flex-1 flex-col">
      <div className="flex items-center justify-between gap-2">
        <h3 className="text-xs text-muted">{t('home.minutes.title')}</h3>
        <Button kind="quiet" size="small" className="h-7! text-xs!" onClick={() => setAsTable(!asTable)}>
          {asTable ? t('common.asChart') : t('common.asTable')}
        </Button>
      </div>
      {asTable ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <section tabIndex={0} aria-label={t('home.minutes.title')} className="max-h-48 overflow-y-auto">
          <table className="w-full text-sm">
            <thead className="text-left text-xs text-muted">
              <tr>
                <th scope="col">{t('home.minutes.minute')}</th>
                <th scope="col" className="pr-2 text-right">
                  {t('common.clicksName')}
                </th>
              </tr>
            </thead>
            <tbody>
              {bars.toReversed().map(({ minute, at, clicks }) => (
                <tr key={minute}>
                  <td>{formatMinute(at)}</td>
                  <td className="pr-2 text-right">{clicks === null ? t('common.unknown') : formatCount(clicks)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ) : (
        <>
          <div role="img" aria-label={label} className="relative min-h-36 flex-1 border-b border-line-strong/50">
            <div className="absolute inset-0 flex items-end gap-px">
              {bars.map(({ minute, at, clicks }) => (
                <div
                  key={minute}
                  title={`${formatMinute(at)}: ${words(clicks)}`}
                  className="flex h-full flex-1 items-end hover:bg-sunken"
                >
                  <div
                    className={classNames(
                      'w-full rounded-t-[2px] transition-[height] duration-300',
                      clicks === null ? 'border-t border-dashed border-line-strong/60' : 'bg-chart-1',
                      minute === last && 'border border-b-0 border-dashed border-chart-1 bg-transparent!',
                    )}
                    style={{
                      height: clicks === null || clicks === 0 ? '1px' : `${Math.max(3, (clicks / most) * 100)}%`,
                    }}
                  />
                </div>
              ))}
            </div>
          </div>
          <div aria-hidden className="mt-1 flex justify-between text-xs text-muted tabular-nums">
            <span>{formatMinute(bars[0]?.at ?? 0)}</span>
            <span>{t('home.minutes.most', { most: formatCount(Math.max(0, ...known)) })}</span>
            <span>{formatMinute(last * MINUTE_MS)}</span>
          </div>
        </>
      )}
    </div>
  );
}
