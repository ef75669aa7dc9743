import { useQuery } from '@tanstack/react-query';
import type { Session } from '@waymark/contract/v1/sessions';
import { t } from '../i18n/index.ts';
import { queries } from './queries.ts';

const RANK = { read: 0, write: 1, admin: 2 } as const satisfies Record<Session['scope'], number>;

/** Why the session may not do what takes `scope`; null where it may, or while it is not known. */
export function useRefusal(scope: 'write' | 'admin'): string | null {
  const { data: session } = useQuery(queries.session());
  if (session === undefined || RANK[session.scope] >= RANK[scope]) return null;
  return t(`common.needs.${scope}`);
}
