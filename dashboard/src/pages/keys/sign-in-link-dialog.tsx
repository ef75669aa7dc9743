import { useMutation } from '@tanstack/react-query';
import type { Session } from '@waymark/contract/v1/sessions';
import { type FormEvent, useId, useState } from 'react';
import { api } from '../../api/client.ts';
import { errorText, fieldError } from '../../api/error-text.ts';
import { formatTime } from '../../format/dates.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { CopyBox } from './copy-box.tsx';
import { ScopeChoice } from './scope-choice.tsx';

/** Makes a link that signs in another device, once, within 15 minutes. */
export function SignInLinkDialog({ onClose }: { onClose(): void }) {
  const id = useId();
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Session['scope']>('admin');
  const making = useMutation({
    mutationFn: (link: Parameters<typeof api.signInLinks.create>[0]) => api.signInLinks.create(link),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!making.isPending) making.mutate({ scope, ...(name.trim() !== '' && { name: name.trim() }) });
  };
  const link = making.data;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('keys.signInLink.title')}
      description={t('keys.signInLink.text')}
      footer={
        link ? (
          <Button kind="primary" onClick={onClose}>
            {t('common.close')}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{t('common.cancel')}</Button>
            <Button kind="primary" type="submit" form={id} loading={making.isPending}>
              {t('keys.signInLink.submit')}
            </Button>
          </>
        )
      }
    >
      {link ? (
        <div className="flex flex-col gap-3">
          <CopyBox label={t('keys.signInLink.label')} text={link.url} />
          <p role="status" className="text-sm text-muted">
            {t('keys.signInLink.until', { time: formatTime(link.expiresAt) })}
          </p>
        </div>
      ) : (
        <form id={id} onSubmit={submit} className="flex flex-col gap-4">
          {making.isError && (
            <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-sm text-danger">
              {errorText(making.error).text}
            </p>
          )}
          <TextField
            label={t('keys.signInLink.name')}
            note={t('common.optional')}
            hint={t('keys.signInLink.nameHint')}
            error={fieldError(making.error, 'name')}
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <ScopeChoice value={scope} onChange={setScope} />
        </form>
      )}
    </Dialog>
  );
}
