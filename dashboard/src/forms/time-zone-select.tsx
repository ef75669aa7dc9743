import { Command } from 'cmdk';
import { Check, ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { t } from '../i18n/index.ts';
import { Field, inputClass } from '../ui/field.tsx';
import { Popover } from '../ui/popover.tsx';
import { matchingZones, offsetName, timeZones } from './time-zones.ts';

const SHOWN_MAX = 60;

/** A time zone out of some four hundred, by a search of their names. `at`: the instant of the offsets, epoch ms. */
export function TimeZoneSelect({ value, onChange, at }: { value: string; onChange(zone: string): void; at: number }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const found = matchingZones(timeZones(), text);
  const choose = (zone: string) => {
    onChange(zone);
    setOpen(false);
    setText('');
  };
  return (
    <Field label={t('link.form.expiry.zone')}>
      {(control) => (
        <Popover
          label={t('link.form.expiry.zone')}
          open={open}
          onOpenChange={setOpen}
          trigger={
            <button
              type="button"
              {...control}
              className={`${inputClass} flex items-center justify-between gap-2 text-left`}
            >
              <span className="truncate">{zoneName(value)}</span>
              <span className="flex shrink-0 items-center gap-1 text-sm text-muted">
                {offsetName(value, at)}
                <ChevronDown aria-hidden className="size-4" />
              </span>
            </button>
          }
        >
          <Command shouldFilter={false} loop label={t('link.form.expiry.zone')} className="w-72 max-w-full">
            <Command.Input
              value={text}
              onValueChange={setText}
              placeholder={t('link.form.expiry.findZone')}
              className={inputClass}
            />
            <Command.List className="mt-2 max-h-64 overflow-y-auto">
              {found.length === 0 && (
                <p className="px-2 py-3 text-sm text-muted">{t('link.form.expiry.noZone', { text })}</p>
              )}
              {found.slice(0, SHOWN_MAX).map((zone) => (
                <Command.Item
                  key={zone}
                  value={zone}
                  onSelect={() => choose(zone)}
                  className="flex min-h-8 items-center gap-2 rounded-md px-2 text-sm data-[selected=true]:bg-accent-soft"
                >
                  <Check aria-hidden className={`size-4 shrink-0 ${zone === value ? '' : 'invisible'}`} />
                  <span className="min-w-0 flex-1 truncate">{zoneName(zone)}</span>
                  <span className="text-muted">{offsetName(zone, at)}</span>
                </Command.Item>
              ))}
            </Command.List>
          </Command>
        </Popover>
      )}
    </Field>
  );
}

function zoneName(zone: string): string {
  return zone.replaceAll('_', ' ');
}
