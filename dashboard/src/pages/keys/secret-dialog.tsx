import type { CreatedApiKey } from '@waymark/contract/v1/keys';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { CopyBox } from './copy-box.tsx';

/** A new key's secret, shown this once, with a first use of it. */
export function SecretDialog({ apiKey: { name, secret }, onClose }: { apiKey: CreatedApiKey; onClose(): void }) {
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('keys.secret.title', { name })}
      description={secret === undefined ? t('keys.secret.lost') : t('keys.secret.text')}
      footer={
        <Button kind="primary" onClick={onClose}>
          {t('keys.secret.done')}
        </Button>
      }
    >
      {secret !== undefined && (
        <div className="flex flex-col gap-4">
          <CopyBox label={t('keys.secret.label')} text={secret} />
          <CopyBox
            label={t('keys.secret.example')}
            text={`curl -H 'Authorization: Bearer ${secret}' '${location.origin}/api/v1/links?limit=5'`}
          />
        </div>
      )}
    </Dialog>
  );
}
