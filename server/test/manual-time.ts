/** Time that passes when a test says so. */
export class ManualTime {
  now = 1_000_000;
  private timers: { at: number; work: () => void }[] = [];
  after = (ms: number, work: () => void) => {
    const timer = { at: this.now + ms, work };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  };
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      await turns();
      const [next] = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.now = next.at;
      this.timers = this.timers.filter((one) => one !== next);
      next.work();
    }
    this.now = end;
    await turns();
  }
  get running(): number {
    return this.timers.length;
  }
}
/** Lets everything go on that waits for nothing but its turn. */
export const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

/** What has become of a promise so far. */
export function watch<T>(promise: Promise<T>): { value: T | 'waiting' } {
  const seen: { value: T | 'waiting' } = { value: 'waiting' };
  void promise.then((value) => {
    seen.value = value;
  });
  return seen;
}
