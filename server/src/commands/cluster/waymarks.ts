import { join } from 'node:path';
import type { ClusterOptions } from './cluster-options.ts';
import { freePort } from './free-port.ts';
import type { Pools } from './waymark-nginx.ts';
import { type Role, WaymarkProcess } from './waymark-process.ts';

/** The Waymarks of a cluster, by role and in the order they were made. */
export class Waymarks {
  readonly edge: WaymarkProcess[] = [];
  readonly api: WaymarkProcess[] = [];
  readonly worker: WaymarkProcess[] = [];

  /** `shared`: the environment of every one, which the options add to. */
  constructor(
    private readonly dir: string,
    private readonly shared: Readonly<Record<string, string>>,
    private readonly options: Pick<ClusterOptions, 'env' | 'envOf' | 'cores'>,
  ) {}

  get all(): WaymarkProcess[] {
    return [...this.api, ...this.worker, ...this.edge];
  }

  /** What nginx sends requests to. */
  get pools(): Pools {
    return { edges: this.edge.map(({ port }) => port), apis: this.api.map(({ port }) => port) };
  }

  /** Makes one more, not started. */
  async create(role: Role): Promise<WaymarkProcess> {
    const name = `${role}-${this[role].length + 1}`;
    const { env, envOf, cores } = this.options;
    const waymark = new WaymarkProcess({
      name,
      roles: [role],
      port: await freePort(),
      dir: join(this.dir, name),
      env: { ...this.shared, ...env, ...envOf?.[name] },
      cores: cores?.[role] ?? null,
    });
    this[role].push(waymark);
    return waymark;
  }

  /** Stops all: edges first, which hand on what they can, and API servers last. */
  async stop(): Promise<void> {
    for (const group of [this.edge, this.worker, this.api])
      await Promise.all(group.map((waymark) => waymark[Symbol.asyncDispose]()));
  }
}
