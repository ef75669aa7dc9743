import type { Role } from './waymark-process.ts';

/** What a cluster is made of, and how each part is started. */
export interface ClusterOptions {
  /** Default 2. */
  edges?: number;
  /** Default 2. */
  apis?: number;
  /** Default 1. */
  workers?: number;
  /** Where everything goes: a directory that is missing or empty, and is kept. Default: a temporary one, deleted at the end. */
  dir?: string;
  /** Of nginx. Default: a free port. */
  port?: number;
  /** Added to the environment of every Waymark. */
  env?: Readonly<Record<string, string>>;
  /** Added to the environment of one, by its name: `edge-1`, `api-2`, `worker-1`. */
  envOf?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Cores to pin to, as taskset takes them. Default: all. */
  cores?: Partial<Record<Role | 'postgres' | 'redis' | 'nginx', string>>;
  postgres?: {
    /** Where its data go, and stay: a directory that others may enter. Default: in that of the cluster. */
    dir?: string;
    /** Default on: a commit is on the disk. */
    fsync?: boolean;
    sharedBuffers?: string;
    settings?: Readonly<Record<string, string>>;
  };
  nginx?: {
    /** Default 1. */
    workers?: number;
    /** Collects lines of the access log before they are written: for benchmarks. Default false. */
    bufferLog?: boolean;
  };
  /** Told of each step. */
  onStep?: (step: string) => void;
}
