import { invalidField } from '../../../platform/app-error.ts';
import type { LogQuery } from '../../../platform/log-buffer.ts';

const LIMIT = { default: 100, most: 200 };
const FILTER_LENGTH_MAX = 200;
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

/** Reads the query of GET /logs: `limit` 1 to 200, `filter` a text, `level` the least level. Errors: `invalid_request` naming the field. */
export function readLogQuery(query: (name: string) => string | undefined): LogQuery {
  const limit = query('limit') ?? String(LIMIT.default);
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > LIMIT.most) {
    throw invalidField('limit', `must be an integer from 1 to ${LIMIT.most}`);
  }
  const filter = query('filter');
  if (filter !== undefined && filter.length > FILTER_LENGTH_MAX) {
    throw invalidField('filter', `must be at most ${FILTER_LENGTH_MAX} characters`);
  }
  const level = query('level')?.toLowerCase();
  if (level !== undefined && !LEVELS.includes(level))
    throw invalidField('level', `must be one of ${LEVELS.join(', ')}`);
  return { limit: Number(limit), filter: filter === '' ? undefined : filter, level };
}
