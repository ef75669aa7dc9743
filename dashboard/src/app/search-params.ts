/** What the query of an address holds: texts, and lists where a name is given more than once. */
export type Search = Record<string, string | string[] | undefined>;

/** `?q=a&filter=x&filter=y`, as people write and share them. */
export function parseSearch(query: string): Search {
  const search: Search = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const before = search[name];
    search[name] = before === undefined ? value : [before, value].flat();
  }
  return search;
}

/** Empty and absent values are left out, so that an address says no more than it must. */
export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const each of [value].flat())
      if (each !== undefined && each !== null && each !== '') params.append(name, String(each));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** The one value of a name; the first where there are several. */
export function one(search: Record<string, unknown>, name: string): string | undefined {
  const [value] = many(search, name);
  return value;
}

/** All values of a name. */
export function many(search: Record<string, unknown>, name: string): string[] {
  return [search[name]].flat().filter((value): value is string => typeof value === 'string');
}
