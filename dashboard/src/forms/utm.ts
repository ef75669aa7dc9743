/** The parts that analytics tools read from an address, in the order of the form. */
export const UTM_FIELDS = ['source', 'medium', 'campaign', 'term', 'content'] as const;
export type UtmField = (typeof UTM_FIELDS)[number];
export type Utm = Record<UtmField, string>;

/** What an address says of its campaign; empty texts for what it does not say. */
export function utmOf(url: string): Utm {
  const { query } = parts(url);
  const params = new URLSearchParams(query);
  return Object.fromEntries(UTM_FIELDS.map((field) => [field, params.get(`utm_${field}`) ?? ''])) as Utm;
}

/**
 * The address with one part set, or left out where `value` is empty.
 * @NOTE Everything else stays letter for letter: a destination is kept as it was typed, so its query is not written anew.
 */
export function withUtm(url: string, field: UtmField, value: string): string {
  const { base, query, hash } = parts(url);
  const name = `utm_${field}`;
  const pairs = query === '' ? [] : query.split('&');
  const index = pairs.findIndex((pair) => nameOf(pair) === name);
  const rest = pairs.filter((pair, i) => i === index || nameOf(pair) !== name);
  const pair = `${name}=${encodeURIComponent(value).replaceAll('%20', '+')}`;
  const next =
    value === ''
      ? rest.filter((each) => nameOf(each) !== name)
      : index === -1
        ? [...rest, pair]
        : rest.map((each) => (nameOf(each) === name ? pair : each));
  return `${base}${next.length === 0 ? '' : `?${next.join('&')}`}${hash}`;
}

function nameOf(pair: string): string {
  const [[name] = ['']] = [...new URLSearchParams(pair)];
  return name;
}

function parts(url: string): { base: string; query: string; hash: string } {
  const [, base = '', query = '', hash = ''] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(url) ?? [];
  return { base, query, hash };
}
