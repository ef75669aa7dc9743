import { DIMENSIONS } from '@waymark/contract';
import type { EnrichedClick } from './click.ts';

/** Fields of a click that are stored as ids of dimension values, in the order of the columns of `clicks`, each with its dimension. */
export const VALUE_FIELDS = [
  ['country', DIMENSIONS.country],
  ['region', DIMENSIONS.region],
  ['city', DIMENSIONS.city],
  ['device', DIMENSIONS.device],
  ['browser', DIMENSIONS.browser],
  ['os', DIMENSIONS.os],
  ['referrer', DIMENSIONS.referrer],
  ['utmSource', DIMENSIONS.utm_source],
  ['utmMedium', DIMENSIONS.utm_medium],
  ['utmCampaign', DIMENSIONS.utm_campaign],
  ['utmTerm', DIMENSIONS.utm_term],
  ['utmContent', DIMENSIONS.utm_content],
  ['language', DIMENSIONS.language],
  ['quality', DIMENSIONS.quality],
  ['reason', DIMENSIONS.reason],
] as const satisfies readonly (readonly [keyof EnrichedClick, number])[];
