import type { Link } from '@waymark/contract/v1/links';
import { toCsv } from '../../format/delimited.ts';

/** The columns of the API's own export, in its order. */
const COLUMNS = [
  'id',
  'code',
  'shortUrl',
  'url',
  'title',
  'active',
  'expiresAt',
  'redirectStatus',
  'ownerId',
  'clicks',
  'humanClicks',
  'lastClickAt',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof Link)[];

/** Links as the file that the API would export of them. */
export function linksCsv(links: readonly Link[]): string {
  return toCsv([COLUMNS, ...links.map((link) => COLUMNS.map((column) => link[column]))]);
}
