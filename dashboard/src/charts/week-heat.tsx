import { locale } from '../app/preferences.ts';
import { formatCount } from '../format/numbers.ts';
import { t } from '../i18n/index.ts';

const SHADES = ['--heat-0', '--heat-1', '--heat-2', '--heat-3', '--heat-4', '--heat-5'] as const;
/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** Clicks by weekday and hour: a table whose cells are shaded by how many there are. `week`: 7 rows of 24, Monday first. */
export function WeekHeat({ label, week }: { label: string; week: readonly (readonly number[])[] }) {
  const most = Math.max(1, ...week.flat());
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys.
    <div role="group" aria-label={label} tabIndex={0} className="relative overflow-x-auto">
      <table className="w-full min-w-md table-fixed border-separate border-spacing-0.5 text-xs">
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr className="text-muted">
            <td className="w-10" />
            {Array.from({ length: 24 }, (_, hour) => (
              <th key={hourName(hour)} scope="col" className="text-left font-normal">
                <span className={hour % 3 === 0 ? 'whitespace-nowrap' : 'sr-only'}>{hourName(hour)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {week.map((row, day) => (
            <tr key={weekdayName(day, 'long')}>
              <th scope="row" className="sticky left-0 bg-surface text-left font-normal text-muted">
                {weekdayName(day, 'short')}
              </th>
              {row.map((clicks, hour) => (
                <td
                  key={hourName(hour)}
                  title={`${weekdayName(day, 'long')}, ${hourName(hour)}: ${t('common.clicks', { count: clicks })}`}
                  className="h-6 rounded-sm"
                  style={{ background: `var(${SHADES[Math.ceil((clicks / most) * (SHADES.length - 1))]})` }}
                >
                  <span className="sr-only">{formatCount(clicks)}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p aria-hidden className="mt-2 flex items-center justify-end gap-1 text-xs text-muted">
        0
        {SHADES.map((shade) => (
          <span key={shade} className="size-3 rounded-sm" style={{ background: `var(${shade})` }} />
        ))}
        {formatCount(most)}
      </p>
    </div>
  );
}

/** `day`: 0 is Monday. */
export function weekdayName(day: number, weekday: 'short' | 'long'): string {
  return new Intl.DateTimeFormat(locale(), { weekday, timeZone: 'UTC' }).format(MONDAY + day * DAY_MS);
}

/** 09:00, or 9 AM. */
export function hourName(hour: number): string {
  const isHalfDay = new Intl.DateTimeFormat(locale(), { hour: 'numeric' }).resolvedOptions().hour12;
  const options = isHalfDay ? ({ hour: 'numeric' } as const) : ({ hour: '2-digit', minute: '2-digit' } as const);
  return new Intl.DateTimeFormat(locale(), { ...options, timeZone: 'UTC' }).format(MONDAY + hour * 3_600_000);
}
