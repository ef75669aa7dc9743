import pino from 'pino';
import { prettyFactory } from 'pino-pretty';
import { type Clock, systemClock } from './clock.ts';
import { LogBuffer } from './log-buffer.ts';
import { redactFields } from './redact.ts';

/** What goes with a message: data, never part of the sentence. Errors go under `err`. */
export type LogFields = Record<string, unknown>;

/** A message, or data and a message. The message is a fixed sentence; what a client sent goes into the data. */
export type LogArguments = [message: string] | [fields: LogFields, message: string];

/** Writes structured lines: time, level, msg and fields, secrets left out by name. Never throws. */
export interface Logger {
  trace(...args: LogArguments): void;
  debug(...args: LogArguments): void;
  info(...args: LogArguments): void;
  warn(...args: LogArguments): void;
  error(...args: LogArguments): void;
  fatal(...args: LogArguments): void;
  /** A logger that adds these fields to each line, `requestId` for example. */
  child(fields: LogFields): Logger;
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** A line of another thread, on its way to the main one. Structured-clonable. */
export interface LogRecord {
  readonly logLine: string;
}

/** Where lines go. */
export interface LogOutput {
  write(text: string): void;
  /** Brings out what waits. Called once, at the end. */
  flush(): void | Promise<void>;
}

/** The log of the process: the main thread alone writes it. Disposing it brings out what waits. */
export interface MainLog extends AsyncDisposable {
  readonly logger: Logger;
  /** The last lines, for GET /logs. */
  readonly buffer: LogBuffer;
  /** Writes a line that another thread's logger made. */
  relay(record: LogRecord): void;
}

/**
 * Makes the log of the main thread.
 * Shape: JSON lines, or readable ones with `format` pretty, or auto where `isTerminal`.
 */
export function createLog(options: {
  level: LogLevel;
  format: 'auto' | 'json' | 'pretty';
  isTerminal?: boolean;
  output?: LogOutput;
  clock?: Clock;
}): MainLog {
  const { isTerminal = process.stdout.isTTY === true, output = standardOutput() } = options;
  const buffer = new LogBuffer();
  const isPretty = options.format === 'pretty' || (options.format === 'auto' && isTerminal);
  const toText = isPretty ? prettyFactory({ colorize: isTerminal, translateTime: 'SYS:HH:MM:ss.l' }) : null;
  const write = (line: string) => {
    buffer.push(line);
    output.write(toText === null ? line : (toText(line) ?? line));
  };
  return {
    logger: pinoLogger(options.level, options.clock ?? systemClock, write),
    buffer,
    relay: (record) => write(record.logLine),
    [Symbol.asyncDispose]: async () => output.flush(),
  };
}

/** Makes the logger of another thread: each line is posted, and the main thread's `relay` writes it. */
export function createThreadLogger(
  post: (record: LogRecord) => void,
  options: { thread: string; level: LogLevel; clock?: Clock },
): Logger {
  const logger = pinoLogger(options.level, options.clock ?? systemClock, (logLine) => post({ logLine }));
  return logger.child({ thread: options.thread });
}

/** Whether a message of another thread is a line of its log. */
export function isLogRecord(message: unknown): message is LogRecord {
  return typeof message === 'object' && message !== null && 'logLine' in message;
}

function pinoLogger(level: LogLevel, clock: Clock, write: (line: string) => void): Logger {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(clock()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), log: redactFields },
      serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
    },
    { write },
  );
  return new PinoLogger(logger);
}

/** @NOTE pino does not redact what a child is bound to, so that is done here. */
class PinoLogger implements Logger {
  constructor(private readonly to: pino.Logger) {}

  trace(...args: LogArguments): void {
    this.log('trace', args);
  }

  debug(...args: LogArguments): void {
    this.log('debug', args);
  }

  info(...args: LogArguments): void {
    this.log('info', args);
  }

  warn(...args: LogArguments): void {
    this.log('warn', args);
  }

  error(...args: LogArguments): void {
    this.log('error', args);
  }

  fatal(...args: LogArguments): void {
    this.log('fatal', args);
  }

  child(fields: LogFields): Logger {
    return new PinoLogger(this.to.child(redactFields(fields)));
  }

  private log(level: Exclude<LogLevel, 'silent'>, [first, message]: LogArguments): void {
    if (typeof first === 'string') this.to[level](first);
    else this.to[level](first, message);
  }
}

/** Bytes that may wait for a reader of standard output that is slow; what comes beyond is dropped, not waited for. */
const WAITING_BYTES_MAX = 8 * 1024 * 1024;
/** How long the end of the process waits for a slow reader. */
const FLUSH_MS_MAX = 1000;

/** @NOTE Asynchronous, because a full pipe would hold up the main thread, and with it every redirect. */
function standardOutput(): LogOutput {
  const stream = pino.destination({ fd: 1, sync: false, maxLength: WAITING_BYTES_MAX });
  stream.on('error', () => {});
  const flush = () => {
    try {
      stream.flushSync();
    } catch {
      // Standard output is gone: nobody reads what is lost here.
    }
  };
  process.once('exit', flush);
  let drained = true;
  stream.on('drain', () => {
    drained = true;
  });
  return {
    write: (text) => {
      drained = false;
      stream.write(text);
    },
    // @NOTE What another thread is writing just now is out of flushSync's hands, and would be lost with the process.
    async flush() {
      if (!drained) {
        await new Promise<void>((resolve) => {
          stream.once('drain', resolve);
          setTimeout(resolve, FLUSH_MS_MAX);
        });
      }
      flush();
    },
  };
}

/** Takes no notice of anything. */
export const silentLogger: Logger = pinoLogger('silent', systemClock, () => {});
