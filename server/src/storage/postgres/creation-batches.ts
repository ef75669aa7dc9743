import type { LinkWithCounts } from '../../links/link.ts';
import type { BulkResult, NewLink } from '../../links/store.ts';

/** Links of one transaction: some 20 ms of it. */
const LINKS_MAX = 200;

interface Waiting {
  link: NewLink;
  resolve(result: BulkResult<LinkWithCounts>): void;
  reject(error: unknown): void;
}

/**
 * Creations that are asked for at one time, in one transaction: transactions that change links take turns for the time of
 * their commit, so as many as can be share one. While one runs the next gathers; a creation that comes alone waits for nobody.
 */
export class CreationBatches {
  private waiting: Waiting[] = [];
  private running = false;

  /** `create` makes links in one transaction, each on its own, results in their order. */
  constructor(private readonly create: (links: NewLink[]) => Promise<BulkResult<LinkWithCounts>[]>) {}

  /** Errors: rejects as the transaction does, with nothing made. */
  add(link: NewLink): Promise<BulkResult<LinkWithCounts>> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ link, resolve, reject });
      if (!this.running) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.running = true;
    await Promise.resolve(); // Calls that came in one message go together.
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, LINKS_MAX);
      try {
        const results = await this.create(batch.map(({ link }) => link));
        for (const [n, { resolve, reject }] of batch.entries()) {
          const result = results[n];
          if (result) resolve(result);
          else reject(new Error('a link of a batch was left out'));
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.running = false;
  }
}
