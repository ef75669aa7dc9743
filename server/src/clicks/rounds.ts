/**
 * Work that many ask for at the same time. Whoever comes while a round runs gets the next one, which begins when that has
 * ended, and never the one under way: so what a caller did before is always seen by its round.
 */
export class Rounds<T> {
  private running = false;
  private following: PromiseWithResolvers<T> | null = null;

  constructor(private readonly work: () => Promise<T>) {}

  /** The result of a round that begins from now on. Errors: those of the work. */
  next(): Promise<T> {
    if (this.following === null) {
      this.following = Promise.withResolvers<T>();
      if (!this.running) void this.run();
    }
    return this.following.promise;
  }

  private async run(): Promise<void> {
    this.running = true;
    // Those who ask in the same turn of the event loop share the first round too.
    await Promise.resolve();
    while (this.following !== null) {
      const { resolve, reject } = this.following;
      this.following = null;
      await this.work().then(resolve, reject);
    }
    this.running = false;
  }
}
