import type { Quality } from '@waymark/contract';
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

const RANGE = /^\{"v":1,"edgeId":"([^"\\]*)","firstSeq":(\d+),"lastSeq":(\d+),/;

/** Which seqs of which edge a sealed batch holds, without reading the rest. Errors: as `decodeBatch`. */
export function batchRange(content: string): Pick<ClickBatch, 'edgeId' | 'firstSeq' | 'lastSeq'> {
  const [, edgeId, first, last] = RANGE.exec(content) ?? [];
  if (edgeId === undefined) {
    const { edgeId, firstSeq, lastSeq } = decodeBatch(content);
    return { edgeId, firstSeq, lastSeq };
  }
  return { edgeId, firstSeq: Number(first), lastSeq: Number(last) };
}

/** Errors: throws on anything that `encodeBatch` did not write. */
export function decodeBatch(content: string): ClickBatch {
  const sealed = JSON.parse(content) as SealedForm;
  if (sealed.v !== 1) throw new Error(`unknown batch version ${sealed.v}`);
  const { words } = sealed;
  const number = (field: (typeof NUMBER_FIELDS)[number]) => {
    const column = sealed.numbers[NUMBER_FIELDS.indexOf(field)] ?? [];
    return (row: number): number => {
      const value = column[row];
      if (typeof value !== 'number') throw new Error(`batch column ${field} is short`);
      return value;
    };
  };
  const text = (field: (typeof TEXT_FIELDS)[number]) => {
    const column = sealed.texts[TEXT_FIELDS.indexOf(field)] ?? [];
    return (row: number): string => {
      const word = words[column[row] ?? -1];
      if (typeof word !== 'string') throw new Error(`batch column ${field} is short`);
      return word;
    };
  };
  const [seq, at, linkId, urlVersion, visitor] = [
    number('seq'),
    number('at'),
    number('linkId'),
    number('urlVersion'),
    number('visitor'),
  ];
  const [country, region, city, device, browser, os, referrer] = [
    text('country'),
    text('region'),
    text('city'),
    text('device'),
    text('browser'),
    text('os'),
    text('referrer'),
  ];
  const [utmSource, utmMedium, utmCampaign, utmTerm, utmContent, language, quality, reason] = [
    text('utmSource'),
    text('utmMedium'),
    text('utmCampaign'),
    text('utmTerm'),
    text('utmContent'),
    text('language'),
    text('quality'),
    text('reason'),
  ];
  const clicks: EnrichedClick[] = [];
  // One literal, so that all clicks have one shape: ingest reads them some twenty times each.
  for (let row = 0; row < (sealed.numbers[0]?.length ?? 0); row++) {
    clicks.push({
      seq: seq(row),
      at: at(row),
      linkId: linkId(row),
      urlVersion: urlVersion(row),
      country: country(row),
      region: region(row),
      city: city(row),
      device: device(row),
      browser: browser(row),
      os: os(row),
      referrer: referrer(row),
      utmSource: utmSource(row),
      utmMedium: utmMedium(row),
      utmCampaign: utmCampaign(row),
      utmTerm: utmTerm(row),
      utmContent: utmContent(row),
      language: language(row),
      quality: quality(row) as Quality,
      reason: reason(row),
      visitor: visitor(row),
    });
  }
  return {
    edgeId: sealed.edgeId,
    firstSeq: sealed.firstSeq,
    lastSeq: sealed.lastSeq,
    unreadable: sealed.unreadable,
    clicks,
  };
}
