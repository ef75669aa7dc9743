import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { CountTable } from './count-table.ts';
import { VALUE_SPAN } from './rollup-rows.ts';

const period = fc.integer({ min: 1_900_000, max: 1_900_003 });
const linkId = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2 ** 31 - 1 }));
const valueId = fc.tuple(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 2 ** 32 - 1 }));
const key = fc.tuple(
  period,
  linkId,
  valueId.map(([dimension, n]) => dimension * VALUE_SPAN + n),
);

test('counts of a key are added up, and rows come in the order of their keys', () => {
  fc.assert(
    fc.property(
      fc.array(key, { minLength: 1, maxLength: 2000 }),
      fc.array(fc.nat(), { minLength: 1 }),
      (keys, picks) => {
        const table = new CountTable();
        const expected = new Map<string, number[]>();
        const add = (...[first, second, third]: [number, number, number]) => {
          table.add(first, second, third, 1, 2, 3, 4);
          const name = `${first} ${second} ${third}`;
          const [, , , n = 0] = expected.get(name) ?? [];
          expected.set(name, [first, second, third, n + 1]);
        };
        for (const one of keys) add(...one);
        for (const pick of picks) add(...(keys[pick % keys.length] ?? [0, 0, 0]));
        const found: number[][] = [];
        table.inOrder((...row) => found.push(row));
        const order = (a: number[], b: number[]) =>
          Number(a[0]) - Number(b[0]) || Number(a[1]) - Number(b[1]) || Number(a[2]) - Number(b[2]);
        const rows = [...expected.values()].sort(order);
        expect(found).toEqual(
          rows.map(([first = 0, second = 0, third = 0, n = 0]) => [first, second, third, n, 2 * n, 3 * n, 4 * n]),
        );
        expect(table.rows).toBe(rows.length);
      },
    ),
    { numRuns: 40 },
  );
});

test('an empty table has no rows', () => {
  const found: number[][] = [];
  new CountTable().inOrder((...row) => found.push(row));
  expect(found).toEqual([]);
});
