import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { AppError } from '../../platform/app-error.ts';
import type { MakeStores, Stores } from './stores.ts';

/** A group of tests, each over stores of its own. */
export function storeSuite(
  title: string,
  make: MakeStores,
  tests: Record<string, (stores: Stores) => Promise<void>>,
): void {
  describe(title, () => {
    let stores: Stores;
    beforeEach(async () => {
      stores = await make();
    });
    afterEach(() => stores.close());
    for (const [name, body] of Object.entries(tests)) test(name, () => body(stores));
  });
}

/** Expects an AppError of that code; returns it. */
export async function refused(work: Promise<unknown>, code: string): Promise<AppError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  expect((error as AppError).code as string).toBe(code);
  return error as AppError;
}
