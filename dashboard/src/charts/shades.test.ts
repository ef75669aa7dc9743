import { expect, test } from 'bun:test';
import { shadeOf, shadeRanges } from './shades.ts';

test('every count has exactly one shade, and more is never lighter', () => {
  for (const most of [1, 2, 7, 100, 1204, 9_000_000]) {
    const ranges = shadeRanges(most);
    expect(ranges[0]).toEqual({ shade: 0, from: 0, to: 0 });
    expect(ranges.at(-1)).toMatchObject({ shade: 5, to: most });
    for (const [index, range] of ranges.entries()) {
      if (index > 0) expect(range.from).toBe((ranges[index - 1]?.to ?? 0) + 1);
      expect([shadeOf(range.from, most), shadeOf(range.to, most)]).toEqual([range.shade, range.shade]);
    }
  }
});

test('nothing is shaded where there is nothing', () => {
  expect(shadeRanges(0)).toEqual([{ shade: 0, from: 0, to: 0 }]);
  expect(shadeOf(0, 0)).toBe(0);
});
