/**
 * What a click is described by. The number is part of stored data (it leads every value id): append, never renumber.
 * `link` exists for all links together only; `quality` and `reason` split all clicks, the others also human ones.
 */
export const DIMENSIONS = {
  link: 1,
  country: 2,
  region: 3,
  city: 4,
  device: 5,
  browser: 6,
  os: 7,
  referrer: 8,
  utm_source: 9,
  utm_medium: 10,
  utm_campaign: 11,
  utm_term: 12,
  utm_content: 13,
  language: 14,
  quality: 15,
  reason: 16,
} as const satisfies Record<string, number>;

export type Dimension = keyof typeof DIMENSIONS;

/** How far a click can be taken for a person's: every click is kept, under exactly one of these. */
export const QUALITIES = ['human', 'bot', 'preview', 'prefetch', 'monitor', 'duplicate'] as const;
export type Quality = (typeof QUALITIES)[number];

/** The value under which a day's values beyond the limit are counted together. */
export const OTHER_VALUE = '(other)';
