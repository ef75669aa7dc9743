/** One line of the log, read back. */
export type LogEntry = Record<string, unknown>;

export interface LogQuery {
  limit: number;
  /** Only lines that hold this text, any case. */
  filter?: string | undefined;
  /** Only lines of this level or a graver one. */
  level?: string | undefined;
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
const LINE_CHARACTERS_MAX = 8192;

/** The last lines of the log, for GET /logs. Shape: at most `linesMax`; a line over 8 Ki characters is kept shortened. */
export class LogBuffer {
  private readonly lines: string[] = [];
  private next = 0;

  constructor(private readonly linesMax = 2000) {}

  /** Takes one JSON line, its line end included. */
  push(line: string): void {
    this.lines[this.next] = line.length > LINE_CHARACTERS_MAX ? shorten(line) : line;
    this.next = (this.next + 1) % this.linesMax;
  }

  /** The newest lines that match. Shape: oldest first, at most `limit`. */
  recent({ limit, filter, level }: LogQuery): LogEntry[] {
    const wanted = filter?.toLowerCase();
    const least = level === undefined ? 0 : LEVELS.indexOf(level);
    const found: LogEntry[] = [];
    for (let back = 1; back <= this.lines.length && found.length < limit; back++) {
      const line = this.lines[(this.next - back + this.linesMax) % this.linesMax];
      if (line === undefined) break;
      if (wanted !== undefined && !line.toLowerCase().includes(wanted)) continue;
      const entry = JSON.parse(line) as LogEntry;
      if (least > 0 && LEVELS.indexOf(String(entry.level)) < least) continue;
      found.push(entry);
    }
    return found.reverse();
  }
}

function shorten(line: string): string {
  const { time, level, requestId, msg } = JSON.parse(line) as LogEntry;
  return JSON.stringify({ time, level, requestId, msg: String(msg).slice(0, 1024), shortened: true });
}
