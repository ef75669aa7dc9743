/** One choice of an Accept, Accept-Encoding or Accept-Language header. Shape: `value` in lower case, `quality` 0 to 1. */
export interface AcceptItem {
  value: string;
  quality: number;
}

/** What a header of choices names, in its order. What can't be read counts as not named. Source: RFC 9110, 12.4.2. */
export function acceptItems(header: string): AcceptItem[] {
  return header.split(',').flatMap((part) => {
    const [value = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    const isSound = value !== '' && /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight);
    return isSound ? [{ value, quality: Number(weight) }] : [];
  });
}

/** Whether a content coding may be used. Source: RFC 9110, 12.5.3. */
export function acceptsEncoding(header: string, coding: string): boolean {
  const items = acceptItems(header);
  const item = items.find(({ value }) => value === coding) ?? items.find(({ value }) => value === '*');
  return (item?.quality ?? 0) > 0;
}

/** The best liked of the languages at hand; the first of them where none is named. Shape: two letters each. */
export function preferredLanguage<const T extends string>(header: string, languages: readonly [T, ...T[]]): T {
  let best: { language: T; quality: number } | null = null;
  for (const { value, quality } of acceptItems(header)) {
    const language = languages.find((known) => value === known || value.startsWith(`${known}-`));
    if (language !== undefined && quality > (best?.quality ?? 0)) best = { language, quality };
  }
  return best?.language ?? languages[0];
}
