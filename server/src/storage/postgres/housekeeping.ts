import type { Pool, PoolClient } from 'pg';
import type { After } from '../../platform/clock.ts';
import { LOCKS } from './locks.ts';

/** How long a worker that is not the one waits before it asks again. */
const ASK_MS = 5000;
/** Pause between slices of one task, so that others get at what it holds. */
const PAUSE_MS = 20;
/** Slices of one task in a row before the others have their turn. */
const SLICES_MAX = 200;

/** Something to be done time and again by one worker. `run` does one slice and returns whether more is left. */
export interface HousekeepingTask {
  name: string;
  everyMs: number;
  run(): Promise<boolean>;
}

export interface HousekeepingOptions {
  tasks: readonly HousekeepingTask[];
  after: After;
  /** A monotone clock. Units: ms. */
  elapsed: () => number;
  onError(error: unknown, task: string | null): void;
}

/**
 * The loop in which one worker at a time keeps house. Who that is tells a lock that a session of its own holds: the database
 * gives it back the moment the session ends, so the death of its worker makes room for another.
 * @NOTE A worker that is cut off from the database may believe for a moment that it is still the one. Tasks are such that two
 * at once do no harm.
 */
export class Housekeeping {
  private readonly dueAt = new Map<string, number>();
  private isStopped = false;
  private wake: () => void = () => {};
  private running: Promise<void> | null = null;
  /** Whether this worker is the one. */
  isOn = false;

  constructor(
    private readonly pool: Pool,
    private readonly options: HousekeepingOptions,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Ends after the slice under way. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      try {
        await this.keepHouse();
      } catch (error) {
        this.options.onError(error, null);
      }
      this.isOn = false;
      await this.pause(ASK_MS);
    }
  }

  /** Until the lock is lost, or at once where another has it. */
  private async keepHouse(): Promise<void> {
    const client = await this.pool.connect();
    let isLost = false;
    const lost = () => {
      isLost = true;
      this.wake();
    };
    client.on('error', lost);
    client.on('end', lost);
    try {
      if (!(await hold(client))) return;
      this.isOn = true;
      while (!this.isStopped && !isLost) {
        await client.query('SELECT 1');
        for (const task of this.options.tasks) {
          if (this.isStopped || isLost) break;
          await this.runDue(task, () => this.isStopped || isLost);
        }
        await this.pause(this.untilNext());
      }
    } finally {
      client.off('error', lost);
      client.off('end', lost);
      client.release(true);
    }
  }

  private async runDue(task: HousekeepingTask, isOver: () => boolean): Promise<void> {
    const { elapsed, onError } = this.options;
    if (elapsed() < (this.dueAt.get(task.name) ?? 0)) return;
    try {
      for (let slices = 0; await task.run(); slices++) {
        // What is left has its turn again after the other tasks.
        if (isOver() || slices >= SLICES_MAX) return;
        await this.pause(PAUSE_MS);
      }
    } catch (error) {
      onError(error, task.name);
    }
    this.dueAt.set(task.name, elapsed() + task.everyMs);
  }

  private untilNext(): number {
    const next = Math.min(...this.options.tasks.map(({ name }) => this.dueAt.get(name) ?? 0));
    // The session is looked at this often too.
    return Math.min(Math.max(0, next - this.options.elapsed()), ASK_MS);
  }

  private async pause(ms: number): Promise<void> {
    if (this.isStopped) return;
    await new Promise<void>((resume) => {
      const cancel = this.options.after(ms, resume);
      this.wake = () => {
        cancel();
        resume();
      };
    });
  }
}

async function hold(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>(`SELECT pg_try_advisory_lock(${LOCKS.housekeeping}) AS held`);
  return rows[0]?.held === true;
}
