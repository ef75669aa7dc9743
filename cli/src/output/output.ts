import { createStyle, type Style } from './style.ts';

/** One of the two streams a command writes to. */
export interface Sink {
  readonly isTerminal: boolean;
  /** Of the terminal; null elsewhere. */
  readonly columns: number | null;
  /** Settles when there is room for more. Errors: rejects when nobody reads any more. */
  write(text: string): Promise<void>;
}

const COLUMNS_DEFAULT = 80;

/**
 * What a command says: results on `out`, everything else on `err`.
 * With `json` the result is one document (or one a line for streams) and the rest is left out; `quiet` leaves only results.
 */
export class Output {
  readonly style: Style;
  /** For what is written to `err`. */
  readonly noteStyle: Style;
  readonly columns: number;

  constructor(
    readonly out: Sink,
    readonly err: Sink,
    readonly mode: { json: boolean; quiet: boolean; noColor: boolean },
  ) {
    this.style = createStyle(out.isTerminal && !mode.noColor && !mode.json);
    this.noteStyle = createStyle(err.isTerminal && !mode.noColor && !mode.json);
    this.columns = out.columns ?? COLUMNS_DEFAULT;
  }

  /** The result: `text` for people, `value` for programs. */
  async result(value: unknown, text: () => string): Promise<void> {
    await this.out.write(this.mode.json ? `${JSON.stringify(value, null, 2)}\n` : lines(text()));
  }

  /** A word beside the result; left out for programs and by --quiet. */
  async note(text: string): Promise<void> {
    if (!this.mode.json && !this.mode.quiet) await this.err.write(lines(text));
  }

  /** Something that may not be overlooked; left out for programs, which find it in the result. */
  async warn(text: string): Promise<void> {
    if (!this.mode.json) await this.err.write(lines(this.noteStyle('yellow', text)));
  }
}

function lines(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
