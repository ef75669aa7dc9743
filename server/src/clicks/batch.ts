import type { EnrichedClick } from './click.ts';

/**
 * A sealed run of outbox rows: the unit of exactly-once. Its bytes never change once written, so a resend can't differ.
 * Shape: `clicks` ascending by seq, all within [firstSeq, lastSeq]; a seq without a click was unreadable (`unreadable` counts those).
 */
export interface ClickBatch {
  edgeId: string;
  firstSeq: number;
  lastSeq: number;
  unreadable: number;
  clicks: EnrichedClick[];
}

const TEXT_FIELDS = [
  'country',
  'region',
  'city',
  'device',
  'browser',
  'os',
  'referrer',
  'utmSource',
  'utmMedium',
  'utmCampaign',
  'utmTerm',
  'utmContent',
  'language',
  'quality',
  'reason',
] as const satisfies readonly (keyof EnrichedClick)[];

const NUMBER_FIELDS = [
  'seq',
  'at',
  'linkId',
  'urlVersion',
  'visitor',
] as const satisfies readonly (keyof EnrichedClick)[];

/** By column, so that a day of similar clicks is small: texts are numbers into `words`. */
interface SealedForm {
  v: 1;
  edgeId: string;
  firstSeq: number;
  lastSeq: number;
  unreadable: number;
  words: string[];
  numbers: number[][];
  texts: number[][];
}

export function encodeBatch(batch: ClickBatch): string {
  const index = new Map<string, number>();
  const words: string[] = [];
  const word = (text: string) => {
    let at = index.get(text);
    if (at === undefined) {
      at = words.push(text) - 1;
      index.set(text, at);
    }
    return at;
  };
  const sealed: SealedForm = {
    v: 1,
    edgeId: batch.edgeId,
    firstSeq: batch.firstSeq,
    lastSeq: batch.lastSeq,
    unreadable: batch.unreadable,
    words,
    numbers: NUMBER_FIELDS.map((field) => batch.clicks.map((click) => click[field])),
    texts: TEXT_FIELDS.map((field) => batch.clicks.map((click) => word(click[field]))),
  };
  return JSON.stringify(sealed);
}

/** Errors: throws on anything that `encodeBatch` did not write. */
export function decodeBatch(content: string): ClickBatch {
  const sealed = JSON.parse(content) as SealedForm;
  if (sealed.v !== 1) throw new Error(`unknown batch version ${sealed.v}`);
  const count = sealed.numbers[0]?.length ?? 0;
  const clicks: EnrichedClick[] = [];
  for (let row = 0; row < count; row++) {
    const click: Record<string, string | number> = {};
    NUMBER_FIELDS.forEach((field, column) => {
      const value = sealed.numbers[column]?.[row];
      if (typeof value !== 'number') throw new Error(`batch column ${field} is short`);
      click[field] = value;
    });
    TEXT_FIELDS.forEach((field, column) => {
      const text = sealed.words[sealed.texts[column]?.[row] ?? -1];
      if (text === undefined) throw new Error(`batch column ${field} is short`);
      click[field] = text;
    });
    clicks.push(click as unknown as EnrichedClick);
  }
  return {
    edgeId: sealed.edgeId,
    firstSeq: sealed.firstSeq,
    lastSeq: sealed.lastSeq,
    unreadable: sealed.unreadable,
    clicks,
  };
}
