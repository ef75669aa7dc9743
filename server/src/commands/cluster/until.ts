export interface UntilOptions {
  /** What is waited for, for the message. */
  what: string;
  /** Default 20 s. Units: ms. */
  withinMs?: number;
  /** Default 20. Units: ms. */
  everyMs?: number;
}

/**
 * Asks again and again until the answer is neither false, null nor undefined, and returns it.
 * Errors: rejects when that takes too long, or with what `ask` throws.
 */
export async function until<T>(
  ask: () => T | Promise<T>,
  { what, withinMs = 20_000, everyMs = 20 }: UntilOptions,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== null && answer !== undefined)
      return answer as Exclude<T, false | null | undefined>;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs / 1000} s`);
    await new Promise((resume) => setTimeout(resume, everyMs));
  }
}
