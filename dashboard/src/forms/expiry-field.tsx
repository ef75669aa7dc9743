import { preferences } from '../app/preferences.ts';
import { HALF_MINUTE_MS, useNow } from '../components/use-now.ts';
import { formatAgo, formatDateTime } from '../format/dates.ts';
import { t } from '../i18n/index.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { type ExpiryDraft, expiresAtOf } from './link-draft.ts';
import { TimeZoneSelect } from './time-zone-select.tsx';
import { offsetName } from './time-zones.ts';
import { type Moment, momentOf, wallClockOf } from './zoned-time.ts';

const DAY_MS = 86_400_000;
const PRESET_DAYS = [1, 7, 30, 90] as const;
/** The end of the chosen day, where only a day was chosen. */
const DEFAULT_TIME = '23:59';
/** Keeps the year to four digits: browsers offer six, and go on to the next part only after the last. */
const DATE_MAX = '9999-12-31';

export interface ExpiryFieldProps {
  value: ExpiryDraft | null;
  onChange(value: ExpiryDraft | null): void;
  error: string | null;
  /** Whether it may be left alone. @default true */
  isOptional?: boolean;
}

/** When a link ends: a date and a time by the clocks of a zone, with the instant in words. */
export function ExpiryField({ value, onChange, error, isOptional = true }: ExpiryFieldProps) {
  const now = useNow(HALF_MINUTE_MS);
  const { zone = preferences().timeZone, date = '', time = '', later = false } = value ?? {};
  const moment = momentOf({ date, time }, zone);
  const change = (part: Partial<ExpiryDraft>) => {
    const next = { date, time, zone, later, ...part };
    if (next.date === '' && 'date' in part) return onChange(null);
    onChange({ ...next, time: next.time === '' && !('time' in part) ? DEFAULT_TIME : next.time });
  };
  return (
    <fieldset className="@container flex min-w-0 flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">
        {t('link.form.expiry.label')}
        {isOptional && <span className="ml-1.5 font-normal text-muted">{t('common.optional')}</span>}
      </legend>
      <div className="flex flex-wrap gap-1.5">
        {PRESET_DAYS.map((days) => (
          <Button key={days} size="small" onClick={() => onChange({ ...wallClockOf(now + days * DAY_MS, zone), zone })}>
            {t('link.form.expiry.inDays', { count: days })}
          </Button>
        ))}
        <Button
          size="small"
          onClick={() => onChange(null)}
          disabledReason={value === null ? t('link.form.expiry.isNever') : null}
        >
          {t('link.form.expiry.never')}
        </Button>
      </div>
      <div className="grid grid-cols-2 gap-3 @lg:grid-cols-[1fr_1fr_1.6fr]">
        <TextField
          label={t('link.form.expiry.date')}
          type="date"
          max={DATE_MAX}
          value={date}
          error={error}
          onChange={(event) => change({ date: event.target.value })}
        />
        <TextField
          label={t('link.form.expiry.time')}
          type="time"
          value={time}
          disabled={value === null}
          onChange={(event) => change({ time: event.target.value })}
        />
        <div className="col-span-2 @lg:col-span-1">
          <TimeZoneSelect
            value={zone}
            at={atOf(moment) ?? now}
            onChange={(next) => (value === null ? onChange(null) : change({ zone: next }))}
          />
        </div>
      </div>
      {moment?.kind === 'twice' && (
        <div className="flex flex-wrap items-center gap-2 text-sm">
          <span>{t('link.form.expiry.twice', { time })}</span>
          <Segmented
            label={t('link.form.expiry.which')}
            value={later ? 'second' : 'first'}
            onChange={(which) => change({ later: which === 'second' })}
            choices={(['first', 'second'] as const).map((which) => ({
              value: which,
              label: t(`link.form.expiry.${which}`, { offset: offsetName(zone, moment[which]) }),
            }))}
          />
        </div>
      )}
      <p aria-live="polite" className="text-sm text-muted">
        {value === null ? t('link.form.expiry.isNever') : words(value, moment, now)}
      </p>
    </fieldset>
  );
}

function words(value: ExpiryDraft, moment: Moment | null, now: number): string {
  const expiresAt = expiresAtOf(value);
  if (moment === null || expiresAt === null) return t('link.form.expiry.incomplete');
  const when = { ago: formatAgo(expiresAt, now), utc: formatDateTime(expiresAt, 'UTC') };
  const said = Date.parse(expiresAt) <= now ? t('link.form.expiry.past', when) : t('link.form.expiry.future', when);
  if (moment.kind !== 'skipped') return said;
  const shown = wallClockOf(moment.at, value.zone).time;
  return `${t('link.form.expiry.skipped', { time: value.time, shown })} ${said}`;
}

function atOf(moment: Moment | null): number | null {
  if (moment === null) return null;
  return moment.kind === 'twice' ? moment.first : moment.at;
}
