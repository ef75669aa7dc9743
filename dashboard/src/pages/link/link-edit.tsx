import { useMutation } from '@tanstack/react-query';
import { ApiError } from '@waymark/contract/client';
import type { Link } from '@waymark/contract/v1/links';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { useRefusal } from '../../api/use-scope.ts';
import { preferences } from '../../app/preferences.ts';
import { sayDone, sayFailed, sayUndoable } from '../../components/toasts.tsx';
import { draftOf, type LinkFields, patchOf, toFields } from '../../forms/link-draft.ts';
import { LinkForm } from '../../forms/link-form.tsx';
import { t } from '../../i18n/index.ts';
import { Card } from '../../ui/card.tsx';
import { conflictsOf } from './conflict.ts';
import { ConflictDialog } from './conflict-dialog.tsx';
import { useTakeLink } from './use-take-link.ts';

/** The form of a link that is there. It saves over the version that was read, and no other unseen. */
export function LinkEdit({ link, onLeave }: { link: Link; onLeave(): void }) {
  // What the person began with: a change that arrives meanwhile must not slip under their hands.
  const [base] = useState(link);
  const [draft, setDraft] = useState(() => draftOf(link, preferences().timeZone));
  const [conflict, setConflict] = useState<{ mine: LinkFields; theirs: Link } | null>(null);
  const notAllowed = useRefusal('write');
  const take = useTakeLink();
  const isChanged = Object.keys(patchOf(toFields(draft, base), base)).length > 0;

  const save = async (mine: LinkFields, over: Link): Promise<void> => {
    const patch = patchOf(mine, over);
    if (Object.keys(patch).length > 0) {
      try {
        const saved = await api.links.update(link.id, patch, { ifVersion: over.version });
        take(saved);
        const back = patchOf(over, saved);
        sayUndoable(t('link.saved'), async () => take(await api.links.update(link.id, back)));
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== 'precondition_failed') throw error;
        const theirs = await api.links.get(link.id);
        if (conflictsOf(base, mine, theirs).length > 0) return setConflict({ mine, theirs });
        take(theirs);
        sayDone(t('link.conflict.same'));
      }
    }
    onLeave();
  };
  const resolving = useMutation({
    mutationFn: ({ fields, theirs }: { fields: LinkFields; theirs: Link }) => save(fields, theirs),
    onError: sayFailed,
  });

  return (
    <Card title={t('link.editTitle')}>
      <LinkForm
        mode="edit"
        draft={draft}
        onChange={setDraft}
        shortBase={link.shortUrl.slice(0, -link.code.length)}
        isChanged={isChanged}
        notAllowed={notAllowed}
        save={(sent) => save(toFields(sent, base), base)}
        onLeave={onLeave}
      />
      {conflict && (
        <ConflictDialog
          key={conflict.theirs.version}
          base={base}
          mine={conflict.mine}
          theirs={conflict.theirs}
          isSaving={resolving.isPending}
          onSave={(fields) => resolving.mutate({ fields, theirs: conflict.theirs })}
          onClose={() => setConflict(null)}
          onDiscard={() => {
            take(conflict.theirs);
            onLeave();
          }}
        />
      )}
    </Card>
  );
}
