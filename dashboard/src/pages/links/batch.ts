interface Waiting<T> {
  resolve(value: T | undefined): void;
  reject(error: unknown): void;
}

/** Gathers questions of a short while into one call of at most `size`; whoever asks the same waits for the same answer. */
export class Batch<T> {
  private waiting = new Map<string, Waiting<T>[]>();
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly size: number,
    private readonly waitMs: number,
    private readonly ask: (ids: string[]) => Promise<ReadonlyMap<string, T>>,
  ) {}

  /** undefined where the answer lacks it. Errors: rejects as the call does. */
  get(id: string): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const others = this.waiting.get(id);
      if (others) others.push({ resolve, reject });
      else this.waiting.set(id, [{ resolve, reject }]);
      if (this.waiting.size >= this.size) void this.send();
      else this.timer ??= setTimeout(() => void this.send(), this.waitMs);
    });
  }

  private async send(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const asked = this.waiting;
    this.waiting = new Map();
    try {
      const answers = await this.ask([...asked.keys()]);
      for (const [id, askers] of asked) for (const { resolve } of askers) resolve(answers.get(id));
    } catch (error) {
      for (const askers of asked.values()) for (const { reject } of askers) reject(error);
    }
  }
}
