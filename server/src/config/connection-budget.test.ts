import { expect, test } from 'bun:test';
import { connectionBudget, connectionsMin } from './connection-budget.ts';

const sum = (budget: object) => Object.values(budget).reduce((total: number, one: number) => total + one, 0);

test('a budget is never larger than what there is, and gives every part of a role its least', () => {
  for (const roles of [['edge'], ['api'], ['worker'], ['edge', 'api'], ['edge', 'api', 'worker']] as const) {
    const least = connectionsMin(roles);
    for (const max of [least, least + 1, least + 5, 100]) {
      const budget = connectionBudget(roles, max);
      expect(sum(budget)).toBeLessThanOrEqual(max);
      expect(budget.storage > 0 && budget.analytics > 0).toBe((roles as readonly string[]).includes('api'));
      expect(budget.follower > 0 && budget.delivery > 0).toBe((roles as readonly string[]).includes('edge'));
      expect(budget.ingest > 0 && budget.housekeeping > 0).toBe((roles as readonly string[]).includes('worker'));
    }
  }
  expect(connectionsMin(['edge', 'api', 'worker'])).toBe(14);
  expect(connectionBudget(['api'], 20)).toMatchObject({ storage: 14, analytics: 5, signals: 1 });
});
