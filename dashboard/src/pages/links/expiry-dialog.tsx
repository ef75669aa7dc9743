import { type FormEvent, useState } from 'react';
import { preferences } from '../../app/preferences.ts';
import { formatExact } from '../../format/dates.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { instantOf } from './instant.ts';

const DAYS = [1, 7, 30, 90, 365] as const;
const DAY_MS = 86_400_000;
type Choice = 'never' | 'at' | `${(typeof DAYS)[number]}`;

export interface ExpiryDialogProps {
  count: number;
  onSave(expiresAt: string | null): void;
  onClose(): void;
}

/** When many links are to be over. */
export function ExpiryDialog({ count, onSave, onClose }: ExpiryDialogProps) {
  const [choice, setChoice] = useState<Choice>('30');
  const [local, setLocal] = useState('');
  const [tried, setTried] = useState(false);
  const { timeZone } = preferences();
  const at = choice === 'at' ? instantOf(local, timeZone) : null;
  const missing = choice === 'at' && at === null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (missing) return;
    onSave(choice === 'never' ? null : new Date(at ?? Date.now() + Number(choice) * DAY_MS).toISOString());
  };
  const past = at !== null && at <= Date.now();
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('links.expiry.title', { count })}
      description={t('links.expiry.description')}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <SelectField
          label={t('links.expiry.when')}
          value={choice}
          onChange={(event) => setChoice(event.target.value as Choice)}
        >
          <option value="never">{t('links.expiry.never')}</option>
          {DAYS.map((days) => (
            <option key={days} value={days}>
              {t('links.expiry.inDays', { count: days })}
            </option>
          ))}
          <option value="at">{t('links.expiry.at')}</option>
        </SelectField>
        {choice === 'at' && (
          <TextField
            label={t('links.expiry.date')}
            hint={at === null ? t('links.expiry.zone', { zone: timeZone }) : formatExact(at)}
            type="datetime-local"
            value={local}
            onChange={(event) => setLocal(event.target.value)}
            error={tried && missing ? t('links.expiry.missing') : past ? t('links.expiry.past') : null}
          />
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" kind="primary">
            {t('links.expiry.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
