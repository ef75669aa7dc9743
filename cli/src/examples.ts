/** What follows a help text. */
export function examples(lines: readonly string[], closing = ''): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}${closing === '' ? '' : `\n\n${closing}`}`;
}
