import type { Dimension } from '@waymark/contract';

/** Every address within the dashboard is made here. Paths are below /app. */
export const paths = {
  home: () => '/' as const,
  links: () => '/links' as const,
  link: (id: string) => ({ to: '/links/$id', params: { id } }) as const,
  linkEdit: (id: string) => ({ to: '/links/$id', params: { id }, search: { edit: '1' } }) as const,
  newLink: (url?: string) => ({ to: '/links/new', search: url === undefined ? {} : { url } }) as const,
  analytics: (filters: Partial<Record<Dimension, string>> = {}) =>
    ({
      to: '/analytics',
      search: { filter: Object.entries(filters).map(([dimension, value]) => `${dimension}:${value}`) },
    }) as const,
  activity: () => '/activity' as const,
  keys: () => '/keys' as const,
  imports: () => '/imports' as const,
  importJob: (id: string) => ({ to: '/imports/$id', params: { id } }) as const,
  system: () => '/system' as const,
  signIn: () => '/sign-in' as const,
};
