import { shareBar } from './chart.ts';
import { count } from './format.ts';
import type { Output } from './output.ts';
import { pad } from './table.ts';

const BAR_WIDTH = 24;
const REDRAW_MS = 80;

/** A line that is drawn over and over on a terminal, and not at all elsewhere. */
export class Progress implements AsyncDisposable {
  private readonly isShown: boolean;
  private drawnAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly output: Output,
    private readonly label: string,
  ) {
    this.isShown = output.err.isTerminal && !output.mode.json && !output.mode.quiet;
  }

  /** `total` null: not known. */
  async show(done: number, total: number | null, what = ''): Promise<void> {
    if (!this.isShown) return;
    const now = performance.now();
    if (done !== total && now - this.drawnAt < REDRAW_MS) return;
    this.drawnAt = now;
    const share = total ? done / total : 0;
    const bar =
      total === null ? '' : ` ▕${pad(shareBar(share, BAR_WIDTH), BAR_WIDTH, 'left')}▏ ${Math.floor(share * 100)}%`;
    await this.output.err.write(
      `\r\u001b[2K${this.label}${bar} ${count(done)}${total === null ? '' : ` of ${count(total)}`} ${what}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.drawnAt !== Number.NEGATIVE_INFINITY) await this.output.err.write('\r\u001b[2K');
  }
}
