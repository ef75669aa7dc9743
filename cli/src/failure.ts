import type { ExitName } from './exit-codes.ts';

/** What this program itself tells a person: one sentence, how it ends, and what to do about it. */
export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    readonly exit: ExitName,
    message: string,
    readonly hint: string | null = null,
  ) {
    super(message);
  }
}

export function usage(message: string, hint: string | null = null): Failure {
  return new Failure('usage', message, hint);
}
