import { useQuery } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { queries } from '../../api/queries.ts';
import { useRefusal } from '../../api/use-scope.ts';
import { Page } from '../../components/page.tsx';
import { t } from '../../i18n/index.ts';
import { useShortcut } from '../../keyboard/shortcuts.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { CreateKeyDialog } from './create-key-dialog.tsx';
import { KeyList } from './key-list.tsx';
import { SessionList } from './session-list.tsx';
import { SignInLinkDialog } from './sign-in-link-dialog.tsx';

/** Who may come in: API keys, sessions, and links to sign in with. */
export function KeysPage() {
  const { data: session } = useQuery(queries.session());
  const refusal = useRefusal('admin');
  const [open, setOpen] = useState<'key' | 'link' | null>(null);
  const isAllowed = session !== undefined && refusal === null;
  const create = () => setOpen('key');
  useShortcut({ keys: 'n', label: t('keys.create.title'), group: t('shell.pages.keys'), enabled: isAllowed }, create);
  return (
    <Page
      title={t('shell.pages.keys')}
      subtitle={t('keys.subtitle')}
      actions={
        <Button kind="primary" icon={<Plus aria-hidden className="size-4" />} disabledReason={refusal} onClick={create}>
          {t('keys.create.title')}
        </Button>
      }
    >
      {refusal === null ? (
        <>
          <Card title={t('keys.list.title')}>
            <KeyList onCreate={create} />
          </Card>
          <Card
            title={t('keys.sessions.title')}
            actions={
              <Button size="small" onClick={() => setOpen('link')}>
                {t('keys.signInLink.make')}
              </Button>
            }
          >
            <SessionList />
          </Card>
        </>
      ) : (
        <EmptyState icon={<KeyRound />} title={t('keys.refused')} text={refusal} />
      )}
      {open === 'key' && <CreateKeyDialog onClose={() => setOpen(null)} />}
      {open === 'link' && <SignInLinkDialog onClose={() => setOpen(null)} />}
    </Page>
  );
}
