/** A browser beside a server on two busy cores is slow; what never comes fails all the same. */
const WITHIN_MS = 45_000;
const STEP_MS = 50;

/** Reads again and again until `check` takes what is read. Errors: the last error of `check` once the time is up. */
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
