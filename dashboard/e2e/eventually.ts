const WITHIN_MS = 10_000;
const STEP_MS = 50;

/** Reads again and again until `check` takes what is read. Errors: the last error of `check` after ten seconds. */
export async function eventually<T>(read: () => Promise<T>, check: (value: T) => void): Promise<void> {
  const end = performance.now() + WITHIN_MS;
  for (;;) {
    const value = await read();
    try {
      return check(value);
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}
