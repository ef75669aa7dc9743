import { useQueryClient } from '@tanstack/react-query';
import type { Link } from '@waymark/contract/v1/links';
import { useState } from 'react';
import { sayFailed, sayUndoable } from '../../components/toasts.tsx';
import { t } from '../../i18n/index.ts';
import { deleteLinks, type LinkChange, restoreLinks, updateLinks } from './bulk-calls.ts';
import type { BulkDone, Progress } from './bulk-run.ts';
import { putBackInLists } from './link-cache.ts';

export interface LinkChanges {
  /** How far a change of many is; null while none is under way. */
  progress: Progress | null;
  change(links: readonly Link[], change: LinkChange): Promise<void>;
  /** Whether all are gone. */
  remove(links: readonly Link[]): Promise<boolean>;
  restore(links: readonly Link[]): Promise<void>;
}

/** Changes of one or many links: shown at once, taken back where the server refuses, with an Undo where all is done. */
export function useLinkChanges(): LinkChanges {
  const queryClient = useQueryClient();
  const [progress, setProgress] = useState<Progress | null>(null);
  const following = <T>(work: Promise<T>): Promise<T> => work.finally(() => setProgress(null));

  const change = async (links: readonly Link[], next: LinkChange) => {
    const updates = links.map((link) => ({ link, change: next }));
    const done = await following(updateLinks(queryClient, updates, setProgress));
    const back = done.succeeded.map(({ item: { link } }) => ({
      link: { ...link, ...next },
      change: valuesBefore(link, next),
    }));
    const code = back[0]?.link.code ?? '';
    tell(done, t(wordsOf(next), { count: back.length, code }), async () => check(await updateLinks(queryClient, back)));
  };

  const remove = async (links: readonly Link[]) => {
    const done = await following(deleteLinks(queryClient, links, setProgress));
    const gone = done.succeeded.map(({ item }) => item);
    tell(done, t('links.done.deleted', { count: gone.length, code: gone[0]?.code ?? '' }), async () => {
      const undone = await restoreLinks(queryClient, gone);
      putBackInLists(queryClient, done.taken, idsOf(undone));
      check(undone);
    });
    return gone.length === links.length;
  };

  const restore = async (links: readonly Link[]) => {
    const done = await following(restoreLinks(queryClient, links, setProgress));
    const back = done.succeeded.map(({ item }) => item);
    tell(done, t('links.done.restored', { count: back.length, code: back[0]?.code ?? '' }), async () => {
      const undone = await deleteLinks(queryClient, back);
      putBackInLists(queryClient, done.taken, idsOf(undone));
      check(undone);
    });
  };

  return { progress, change, remove, restore };
}

/** Says how it went: what was done with a way back, what was refused with the first reason, what failed. */
function tell(done: BulkDone<unknown>, words: string, undo: () => Promise<void>): void {
  if (done.succeeded.length > 0) sayUndoable(words, undo);
  try {
    check(done);
  } catch (error) {
    sayFailed(error);
  }
}

/** Errors: throws what kept some of it from being done. */
function check({ error, refused }: BulkDone<unknown>): void {
  if (error !== null) throw error;
  const [first] = refused;
  if (first) throw new Error(t('links.done.refused', { count: refused.length, reason: first.message }));
}

function idsOf({ succeeded }: BulkDone<Link>): Set<string> {
  return new Set(succeeded.map(({ item }) => item.id));
}

function valuesBefore(link: Link, change: LinkChange): LinkChange {
  return {
    ...('active' in change && { active: link.active }),
    ...('expiresAt' in change && { expiresAt: link.expiresAt }),
  };
}

function wordsOf({ active, expiresAt }: LinkChange) {
  if (active !== undefined) return active ? 'links.done.on' : 'links.done.off';
  return expiresAt === null ? 'links.done.noExpiry' : 'links.done.expiry';
}
