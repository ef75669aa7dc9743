const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export type StyleName = keyof typeof CODES;
export type Style = (name: StyleName, text: string) => string;

/** Colours as ANSI codes, or none at all. */
export function createStyle(isColoured: boolean): Style {
  return (name, text) => (isColoured && text !== '' ? `\u001b[${CODES[name]}m${text}\u001b[0m` : text);
}

/** Text of others without what a terminal would obey. */
export function plain(text: string): string {
  return text.replace(/\p{Cc}|\p{Bidi_Control}/gu, '\uFFFD');
}
