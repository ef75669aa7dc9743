import { t } from '../../i18n/index.ts';

const CHECKS = ['process', 'outbox', 'ingest', 'disk', 'replica', 'redis', 'database'] as const;
const STATES = [
  'ok',
  'none',
  'stopping',
  'full',
  'unknown',
  'lagging',
  'failing',
  'low',
  'loading',
  'away',
  'empty',
] as const;

/** What a check of /ready looks at. */
export function checkName(check: string): string {
  const name = CHECKS.find((each) => each === check);
  return name === undefined ? check : t(`system.checks.names.${name}`);
}

/** What it found. */
export function checkState(state: string): string {
  const name = STATES.find((each) => each === state);
  return name === undefined ? state : t(`system.checks.states.${name}`);
}

/** `none`: there is nothing of the kind here, and that is as it should be. */
export function isWell(state: string): boolean {
  return state === 'ok' || state === 'none';
}
