import { useQueryClient } from '@tanstack/react-query';
import type { Link } from '@waymark/contract/v1/links';
import { queries } from '../../api/queries.ts';

/** Takes in a link as the server answered it: the page shows it at once, lists and history ask again. */
export function useTakeLink(): (link: Link) => void {
  const queryClient = useQueryClient();
  return (link) => {
    queryClient.setQueryData(queries.link(link.id).queryKey, link);
    void queryClient.invalidateQueries({ queryKey: ['links', 'list'] });
    void queryClient.invalidateQueries({ queryKey: ['events'] });
  };
}
