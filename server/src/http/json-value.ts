import { AppError, invalidField } from '../platform/app-error.ts';

/** Arrays and objects inside one another. What is deeper would exhaust the stack of whoever writes it out again. */
const DEPTH_MAX = 100;
const PATH_LENGTH_MAX = 200;

/**
 * A JSON text as a value. Of a key that comes twice the last one counts.
 * Errors: `malformed_body`; `invalid_request` naming the place of a text with U+0000 or half of a surrogate pair.
 */
export function parseJson(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new AppError('malformed_body', 'The body is not valid JSON', { cause });
  }
  checkTexts(value, '', 0);
  return value;
}

/** Whether every database can store a text. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function checkTexts(value: unknown, path: string, depth: number): void {
  if (typeof value === 'string') {
    if (!isStorable(value)) throw invalidField(shown(path), 'has characters that cannot be stored');
  } else if (typeof value === 'object' && value !== null) {
    if (depth === DEPTH_MAX) throw new AppError('malformed_body', `The body is nested more than ${DEPTH_MAX} deep`);
    for (const key of Object.keys(value)) {
      if (!isStorable(key)) throw invalidField(shown(path), 'has a name with characters that cannot be stored');
      checkTexts((value as Record<string, unknown>)[key], path === '' ? key : `${path}.${key}`, depth + 1);
    }
  }
}

/** A place as an error names it. */
function shown(path: string): string {
  return path.slice(0, PATH_LENGTH_MAX).toWellFormed() || 'body';
}
