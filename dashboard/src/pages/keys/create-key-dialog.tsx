import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApiKeyCreate, CreatedApiKey } from '@waymark/contract/v1/keys';
import { type FormEvent, useId, useState } from 'react';
import { api } from '../../api/client.ts';
import { errorText, fieldError } from '../../api/error-text.ts';
import { formatDate } from '../../format/dates.ts';
import { createAttempts } from '../../forms/attempt-key.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { KEY_DAYS, type KeyDays, keyExpiresAt } from './key-expiry.ts';
import { ScopeChoice } from './scope-choice.tsx';
import { SecretDialog } from './secret-dialog.tsx';

const DEFAULT_DAYS = 90;

/** Makes a key; then shows its secret, this once. */
export function CreateKeyDialog({ onClose }: { onClose(): void }) {
  const id = useId();
  const queryClient = useQueryClient();
  const [attempts] = useState(createAttempts);
  const [now] = useState(Date.now);
  const [name, setName] = useState('');
  const [scope, setScope] = useState<ApiKeyCreate['scope']>('read');
  const [days, setDays] = useState<KeyDays>(DEFAULT_DAYS);
  const [isTried, setTried] = useState(false);
  const creating = useMutation({
    mutationFn: (body: ApiKeyCreate): Promise<CreatedApiKey> =>
      api.keys.create(body, { idempotencyKey: attempts.keyFor(body) }),
    onSuccess: () => {
      attempts.done();
      return queryClient.invalidateQueries({ queryKey: ['keys'] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() === '') document.getElementById(id)?.querySelector('input')?.focus();
    else if (!creating.isPending) creating.mutate({ name: name.trim(), scope, expiresAt: keyExpiresAt(days, now) });
  };
  if (creating.data) return <SecretDialog apiKey={creating.data} onClose={onClose} />;
  const isNameMissing = isTried && name.trim() === '';
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('keys.create.title')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button kind="primary" type="submit" form={id} loading={creating.isPending}>
            {t('keys.create.submit')}
          </Button>
        </>
      }
    >
      <form id={id} noValidate onSubmit={submit} className="flex flex-col gap-4">
        {creating.isError && (
          <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-sm text-danger">
            {errorText(creating.error).text}
          </p>
        )}
        <TextField
          label={t('keys.create.name')}
          hint={t('keys.create.nameHint')}
          error={isNameMissing ? t('keys.create.nameMissing') : fieldError(creating.error, 'name')}
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <ScopeChoice value={scope} onChange={setScope} />
        <SelectField
          label={t('keys.create.expiry')}
          error={fieldError(creating.error, 'expiresAt')}
          hint={expiryHint(keyExpiresAt(days, now))}
          value={String(days)}
          onChange={(event) => setDays(KEY_DAYS.find((each) => String(each) === event.target.value) ?? null)}
        >
          {KEY_DAYS.map((each) => (
            <option key={each} value={String(each)}>
              {each === null ? t('common.never') : t('keys.create.days', { count: each })}
            </option>
          ))}
        </SelectField>
      </form>
    </Dialog>
  );
}

function expiryHint(expiresAt: string | null): string {
  return expiresAt === null ? t('keys.create.noEnd') : t('keys.create.endsOn', { date: formatDate(expiresAt) });
}
