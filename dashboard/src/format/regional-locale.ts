/** The first of a browser's `wanted` locales that is in `language`; the language alone where none is. */
export function regionalLocale(language: string, wanted: readonly string[]): string {
  return wanted.find((tag) => tag === language || tag.startsWith(`${language}-`)) ?? language;
}
