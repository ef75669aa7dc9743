import { ApiError } from '@waymark/contract/client';
import { EXIT, type ExitName, exitOf } from './exit-codes.ts';
import { Failure } from './failure.ts';
import type { Output } from './output/output.ts';
import { plain } from './output/style.ts';
import type { Target } from './session.ts';

/** What is said of a failure. `code` is one of contract/src/errors.ts, or the name of the exit code. */
interface Told {
  code: string;
  message: string;
  hint: string | null;
  errors?: { field: string; message: string }[];
  requestId?: string | null;
}

/** Says why a command failed, on `err`; returns how it ends. `target` null: no server was asked. */
export async function report(error: unknown, output: Output, target: Target | null): Promise<ExitName> {
  const exit = exitOf(error);
  const told = tell(error, exit, target);
  if (output.mode.json) {
    await output.err.write(`${JSON.stringify({ error: { ...told, exitCode: EXIT[exit].code } })}\n`);
    return exit;
  }
  const { noteStyle: style } = output;
  const fields = (told.errors ?? []).filter(({ field }) => !told.message.startsWith(field));
  const parts = [
    `${style('red', 'error:')} ${plain(told.message).replaceAll('\uFFFD  - ', '\n  - ')}`,
    ...fields.map(({ field, message }) => `  ${plain(field)}: ${plain(message)}`),
    ...(told.hint === null ? [] : [told.hint]),
    ...(told.requestId && exit === 'unavailable' ? [style('dim', `request ${told.requestId}`)] : []),
  ];
  await output.err.write(`${parts.join('\n')}\n`);
  return exit;
}

function tell(error: unknown, exit: ExitName, target: Target | null): Told {
  if (error instanceof ApiError) return tellApiError(error, target);
  const message = error instanceof Error ? error.message : String(error);
  return { code: exit, message, hint: error instanceof Failure ? error.hint : null };
}

function tellApiError(error: ApiError, target: Target | null): Told {
  const { code, errors, requestId } = error;
  const told = { code, errors, requestId };
  const url = target?.url ?? 'the server';
  switch (code) {
    case 'unreachable':
      return {
        ...told,
        message: `no answer from ${url} (${reasonOf(error)})`,
        hint: 'Start it with "npm start", or say where it is: --url or WAYMARK_URL.',
      };
    case 'unauthorized':
      return { ...told, ...unauthorized(url, target) };
    case 'forbidden':
      return { ...told, message: error.message, hint: `The key came from ${target?.keySource ?? 'nowhere'}.` };
    case 'rate_limited': {
      const seconds = error.retryAfterSeconds;
      return { ...told, message: error.message, hint: seconds === null ? null : `Try again in ${seconds} s.` };
    }
    default:
      return { ...told, message: error.message, hint: null };
  }
}

function unauthorized(url: string, target: Target | null): { message: string; hint: string } {
  if (target?.keySource) {
    return {
      message: `${url} does not know the key from ${target.keySource}`,
      hint: 'It was revoked, has expired, or belongs to another server.',
    };
  }
  return {
    message: `${url} asks for an API key, and none was given`,
    hint:
      'Give --key or WAYMARK_API_KEY. On the machine of the server no key is needed where --data-dir (or DATA_DIR) names its data\n' +
      'directory; else start the server with BOOTSTRAP_API_KEY set to an admin key of your own.',
  };
}

function reasonOf(error: ApiError): string {
  const { cause } = error;
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
  if (code === 'ConnectionRefused' || code === 'ECONNREFUSED') return 'connection refused';
  if (cause instanceof Error && cause.name === 'TimeoutError') return 'it took too long';
  return cause instanceof Error ? cause.message : error.message;
}
