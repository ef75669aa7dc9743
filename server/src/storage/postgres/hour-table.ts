import { ALL_LINKS } from '../../clicks/rollup-rows.ts';

/** What has the hours of a link by value: those of all links are added as rows and never as arrays. */
export function hourTable(linkId: number): 'rollup_hour' | 'rollup_hour_all' {
  return linkId === ALL_LINKS ? 'rollup_hour' : 'rollup_hour_all';
}
