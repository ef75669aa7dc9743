import { invalidField } from '../../../platform/app-error.ts';

type CursorPart = string | number;

/** A list position as opaque text. */
export function encodeCursor(parts: readonly CursorPart[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * The parts of a cursor that this list gave; `isSound` says whether they can be. Null where none was sent.
 * Errors: `invalid_request` naming `cursor`.
 */
export function decodeCursor<T extends readonly CursorPart[]>(
  cursor: string | undefined,
  isSound: (parts: unknown[]) => boolean,
): T | null {
  if (cursor === undefined) return null;
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    // Only the one spelling that was given out: decoding passes over stray characters.
    if (Array.isArray(parts) && isSound(parts) && encodeCursor(parts) === cursor) return parts as unknown as T;
  } catch {
    // Not JSON: refused below, as everything else that was never given out.
  }
  throw invalidField('cursor', 'is not a cursor of this list');
}

export function isPositiveId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/** Cuts a page of `limit` out of rows that were asked for with one more. */
export function cutPage<T, R>(
  rows: T[],
  limit: number,
  show: (row: T) => R,
  cursorAfter: (row: T) => readonly CursorPart[],
): { data: R[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { data: page.map(show), nextCursor: last === undefined ? null : encodeCursor(cursorAfter(last)) };
}
