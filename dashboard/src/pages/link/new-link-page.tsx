import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Link } from '@waymark/contract/v1/links';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { useRefusal } from '../../api/use-scope.ts';
import { paths } from '../../app/paths.ts';
import { Page } from '../../components/page.tsx';
import { createAttempts } from '../../forms/attempt-key.ts';
import { forgetDraft, keepDraft, keptDraft } from '../../forms/draft-store.ts';
import { emptyDraft, type LinkDraft, toCreate } from '../../forms/link-draft.ts';
import { LinkForm } from '../../forms/link-form.tsx';
import { useShortBase } from '../../forms/use-short-base.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { copyText } from '../../ui/copy-button.tsx';
import { CreatedPanel } from './created-panel.tsx';
import { useTakeLink } from './use-take-link.ts';

/** A new link: paste, Enter, and it is on the clipboard. */
export function NewLinkPage() {
  const { url } = useSearch({ from: '/shell/links/new' });
  const [made, setMade] = useState<{ link: Link; isCopied: boolean } | null>(null);
  const navigate = useNavigate();
  const again = () => {
    setMade(null);
    void navigate({ ...paths.newLink(), replace: true });
  };
  const take = async (link: Link) => setMade({ link, isCopied: await copied(link.shortUrl) });
  return (
    <Page title={t('link.newTitle')}>
      <div className="w-full max-w-3xl">
        {made ? (
          <CreatedPanel link={made.link} isCopied={made.isCopied} onAgain={again} />
        ) : (
          <NewLink key={url ?? ''} url={url} onMade={take} />
        )}
      </div>
    </Page>
  );
}

function NewLink({ url, onMade }: { url: string | undefined; onMade(link: Link): Promise<void> }) {
  const [kept, setKept] = useState(() => (url === undefined ? keptDraft() : null));
  const [draft, setDraft] = useState(kept?.draft ?? emptyDraft(url));
  const [attempts] = useState(createAttempts);
  const [round, setRound] = useState(0);
  const shortBase = useShortBase();
  const notAllowed = useRefusal('write');
  const takeLink = useTakeLink();
  const navigate = useNavigate();
  const change = (next: LinkDraft) => {
    setDraft(next);
    keepDraft(next);
  };
  const startOver = () => {
    forgetDraft();
    setKept(null);
    setDraft(emptyDraft());
    setRound(round + 1);
  };
  const save = async (sent: LinkDraft) => {
    const body = toCreate(sent);
    const link = await api.links.create(body, { idempotencyKey: attempts.keyFor(body) });
    attempts.done();
    forgetDraft();
    takeLink(link);
    await onMade(link);
  };
  return (
    <Card title={t('link.newTitle')} hideTitle className="pt-4">
      {kept && (
        <div className="mb-4 flex flex-wrap items-center justify-between gap-2 rounded-md bg-sunken px-3 py-1.5 text-sm">
          {kept.copyOf === null ? t('link.draft.restored') : t('link.draft.copied', { code: kept.copyOf })}
          <Button size="small" kind="quiet" onClick={startOver}>
            {t('link.draft.startOver')}
          </Button>
        </div>
      )}
      <LinkForm
        key={round}
        mode="create"
        draft={draft}
        onChange={change}
        shortBase={shortBase}
        // What was filled in is kept for the next time: leaving loses nothing.
        isChanged={false}
        notAllowed={notAllowed}
        save={save}
        onLeave={() => void navigate({ to: paths.links() })}
      />
    </Card>
  );
}

/** Whether the browser let it onto the clipboard; some want a press of a button for it. */
async function copied(text: string): Promise<boolean> {
  try {
    await copyText(text);
    return true;
  } catch {
    return false;
  }
}
