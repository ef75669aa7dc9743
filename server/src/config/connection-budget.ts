import type { Role } from './config.ts';

/** How many connections to PostgreSQL each part of a process may have. 0 where the process does not have that part. */
export interface ConnectionBudget {
  /** An edge's follower: feed, registry and look-ups of codes it does not know. */
  follower: number;
  /** An edge's sealer: confirmations, and ingest while Redis is away. */
  delivery: number;
  /** An API's reads and writes of all but analytics. */
  storage: number;
  /** An API's charts, so that slow ones leave the rest alone. */
  analytics: number;
  /** A worker's ingest. */
  ingest: number;
  /** A worker's housekeeping: its work, and the lock by which one worker alone does it. */
  housekeeping: number;
  /** One for each role that listens to signals. */
  signals: number;
}

const LEAST: Record<Role, Partial<ConnectionBudget>> = {
  edge: { follower: 2, delivery: 2, signals: 1 },
  api: { storage: 2, analytics: 1, signals: 1 },
  worker: { ingest: 2, housekeeping: 2, signals: 1 },
};

/** The least that a process of these roles gets on with. */
export function connectionsMin(roles: readonly Role[]): number {
  return total(leastOf(roles));
}

/** Shares out `max` connections: what is over the least goes to the API first, a quarter of it to analytics, then to ingest. */
export function connectionBudget(roles: readonly Role[], max: number): ConnectionBudget {
  const budget = leastOf(roles);
  const over = Math.max(0, max - total(budget));
  if (roles.includes('api')) {
    const analytics = Math.floor(over / 4);
    budget.analytics += analytics;
    budget.storage += over - analytics;
  } else if (roles.includes('worker')) {
    budget.ingest += Math.min(over, 2);
  }
  return budget;
}

function leastOf(roles: readonly Role[]): ConnectionBudget {
  const budget = { follower: 0, delivery: 0, storage: 0, analytics: 0, ingest: 0, housekeeping: 0, signals: 0 };
  for (const role of roles) {
    for (const [part, connections] of Object.entries(LEAST[role]))
      budget[part as keyof ConnectionBudget] += connections;
  }
  return budget;
}

function total(budget: ConnectionBudget): number {
  return Object.values(budget).reduce((sum, connections) => sum + connections, 0);
}
