import { type FormEvent, useState } from 'react';
import { preferences } from '../../app/preferences.ts';
import { ExpiryField } from '../../forms/expiry-field.tsx';
import { type ExpiryDraft, expiresAtOf } from '../../forms/link-draft.ts';
import { wallClockOf } from '../../forms/zoned-time.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';

const DEFAULT_MS = 30 * 86_400_000;

export interface ExpiryDialogProps {
  count: number;
  onSave(expiresAt: string | null): void;
  onClose(): void;
}

/** When many links are to end, or that they never do. */
export function ExpiryDialog({ count, onSave, onClose }: ExpiryDialogProps) {
  const [expiry, setExpiry] = useState<ExpiryDraft | null>(inThirtyDays);
  const [isTried, setTried] = useState(false);
  const expiresAt = expiry === null ? null : expiresAtOf(expiry);
  const isIncomplete = expiry !== null && expiresAt === null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isIncomplete) onSave(expiresAt);
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('links.expiry.title', { count })}
      description={t('links.expiry.description')}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <ExpiryField
          value={expiry}
          onChange={setExpiry}
          isOptional={false}
          error={isTried && isIncomplete ? t('link.form.expiry.incomplete') : null}
        />
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

function inThirtyDays(): ExpiryDraft {
  const { timeZone: zone } = preferences();
  return { ...wallClockOf(Date.now() + DEFAULT_MS, zone), zone };
}
