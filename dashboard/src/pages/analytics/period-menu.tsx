import { CalendarDays, ChevronDown, ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { formatDays, formatSpan } from '../../format/buckets.ts';
import { dateText } from '../../format/calendar.ts';
import { t } from '../../i18n/index.ts';
import { useShortcut } from '../../keyboard/shortcuts.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Menu, MenuChoice, MenuItem, MenuLine } from '../../ui/menu.tsx';
import { PRESETS, type Preset } from './analytics-search.ts';
import { neighbour, type Period, periodOf } from './period.ts';
import type { View } from './use-analytics.ts';

const KEYS: Record<Preset, string> = {
  today: 'd',
  '24h': 'h',
  '7d': 'w',
  '30d': 't',
  '90d': 'n',
  month: 'm',
  'last-month': 'p',
  '12mo': 'y',
  all: 'a',
};
const CUSTOM_KEY = 'r';

/** Which time is looked at: presets by single keys, steps by arrows, any days by their dates. */
export function PeriodMenu({ view }: { view: View }) {
  const { period, now, tz, change } = view;
  const [isChoosing, setChoosing] = useState(false);
  const group = t('analytics.keys.title');
  const step = (direction: 1 | -1) => {
    const next = neighbour(period, direction, now, tz);
    if (next !== null) change({ period: undefined, interval: undefined, ...next });
  };
  const pick = (preset: Preset) =>
    change({ period: preset === '30d' ? undefined : preset, from: undefined, to: undefined, interval: undefined });
  useShortcut({ keys: 'ArrowLeft', label: t('analytics.period.back'), group }, () => step(-1));
  useShortcut({ keys: 'ArrowRight', label: t('analytics.period.forward'), group }, () => step(1));
  useShortcut({ keys: CUSTOM_KEY, label: t('analytics.period.custom'), group }, () => setChoosing(true));

  return (
    <div className="flex min-w-0 items-center">
      {PRESETS.map((preset) => (
        <PresetKey key={preset} preset={preset} onPick={pick} />
      ))}
      <IconButton
        size="small"
        label={t('analytics.period.back')}
        icon={<ChevronLeft aria-hidden />}
        disabledReason={period.step === null ? t('analytics.period.nothingBefore') : null}
        onClick={() => step(-1)}
      />
      <Menu
        align="start"
        trigger={
          <Button
            size="small"
            className="min-w-0 shrink!"
            icon={<CalendarDays aria-hidden className="size-4 max-sm:hidden" />}
          >
            <span className="truncate">{periodName(period, tz)}</span>
            <ChevronDown aria-hidden className="size-4" />
          </Button>
        }
      >
        <MenuChoice
          value={period.preset}
          onChange={(preset) => preset !== 'custom' && pick(preset)}
          choices={PRESETS.map((value) => ({
            value: value as Preset | 'custom',
            label: t(`analytics.presets.${value}`),
            keys: KEYS[value],
          }))}
        />
        <MenuLine />
        <MenuItem keys={CUSTOM_KEY} icon={<CalendarDays aria-hidden />} onSelect={() => setChoosing(true)}>
          {t('analytics.period.custom')}
        </MenuItem>
      </Menu>
      <IconButton
        size="small"
        label={t('analytics.period.forward')}
        icon={<ChevronRight aria-hidden />}
        disabledReason={neighbour(period, 1, now, tz) === null ? t('analytics.period.nothingAfter') : null}
        onClick={() => step(1)}
      />
      {isChoosing && <CustomPeriod view={view} onClose={() => setChoosing(false)} />}
    </div>
  );
}

/** A period in words: its preset, or its days. */
export function periodName({ preset, from, end }: Period, tz: string): string {
  if (preset !== 'custom') return t(`analytics.presets.${preset}`);
  const isDays = periodOf({ from: dateText(from, tz), to: dateText(end - 1, tz) }, end, tz);
  return isDays.from === from && isDays.end === end ? formatDays(from, end, tz) : formatSpan(from, end, tz);
}

function PresetKey({ preset, onPick }: { preset: Preset; onPick(preset: Preset): void }) {
  const label = t(`analytics.presets.${preset}`);
  useShortcut({ keys: KEYS[preset], label, group: t('analytics.keys.title') }, () => onPick(preset));
  return null;
}

function CustomPeriod({ view: { period, now, tz, change }, onClose }: { view: View; onClose(): void }) {
  const [from, setFrom] = useState(dateText(period.from, tz));
  const [to, setTo] = useState(dateText(Math.min(period.end - 1, now), tz));
  const isGood = periodOf({ from, to }, now, tz).preset === 'custom';
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('analytics.period.custom')}
      description={t('analytics.period.zone', { tz })}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isGood) return;
          change({ period: undefined, interval: undefined, from, to });
          onClose();
        }}
      >
        <div className="grid grid-cols-1 gap-3 sm:grid-cols-2">
          <TextField
            label={t('analytics.period.from')}
            type="date"
            value={from}
            max={dateText(now, tz)}
            onChange={(event) => setFrom(event.target.value)}
          />
          <TextField
            label={t('analytics.period.to')}
            type="date"
            value={to}
            error={isGood ? null : t('analytics.period.wrong')}
            onChange={(event) => setTo(event.target.value)}
          />
        </div>
        <Button type="submit" kind="primary" disabledReason={isGood ? null : t('analytics.period.wrong')}>
          {t('analytics.period.show')}
        </Button>
      </form>
    </Dialog>
  );
}
