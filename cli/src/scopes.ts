import type { ApiKey } from '@waymark/contract/v1/keys';

/** Every scope, the narrowest first. */
export const SCOPES: readonly ApiKey['scope'][] = ['read', 'write', 'admin'];
