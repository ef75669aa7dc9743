import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { Link } from '@waymark/contract/v1/links';
import { api } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import { paths } from '../../app/paths.ts';
import { sayFailed, sayUndoable } from '../../components/toasts.tsx';
import { t } from '../../i18n/index.ts';

/** Takes in a link as the server answered it: the page shows it at once, lists and history ask again. */
export function useTakeLink(): (link: Link) => void {
  const queryClient = useQueryClient();
  return (link) => {
    queryClient.setQueryData(queries.link(link.id).queryKey, link);
    void queryClient.invalidateQueries({ queryKey: ['links', 'list'] });
    void queryClient.invalidateQueries({ queryKey: ['events'] });
  };
}

/** Switches a link on or off: shown at once, taken back where the server refuses, undone from its toast. */
export function useSetActive(link: Link): (active: boolean) => void {
  const queryClient = useQueryClient();
  const take = useTakeLink();
  const { queryKey } = queries.link(link.id);
  const { mutate } = useMutation({
    mutationFn: (active: boolean) => api.links.update(link.id, { active }),
    onMutate: async (active) => {
      await queryClient.cancelQueries({ queryKey });
      const before = queryClient.getQueryData(queryKey);
      queryClient.setQueryData(queryKey, { ...link, active });
      return before;
    },
    onError: (error, _active, before) => {
      queryClient.setQueryData(queryKey, before);
      sayFailed(error);
    },
    onSuccess: (updated, active) => {
      take(updated);
      sayUndoable(t(active ? 'link.activated' : 'link.deactivated', { code: link.code }), async () =>
        take(await api.links.update(link.id, { active: !active })),
      );
    },
  });
  return mutate;
}

/** Deletes a link and leads back to the list, where the toast can restore it. */
export function useDelete(link: Link): { run(): void; isPending: boolean } {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const take = useTakeLink();
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.links.delete(link.id),
    onError: sayFailed,
    onSuccess: async () => {
      sayUndoable(t('link.deleted', { code: link.code }), async () => take(await api.links.restore(link.id)));
      await navigate({ to: paths.links() });
      queryClient.removeQueries({ queryKey: queries.link(link.id).queryKey });
      await queryClient.invalidateQueries({ queryKey: ['links', 'list'] });
    },
  });
  return { run: () => mutate(), isPending };
}
