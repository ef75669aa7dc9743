import { describe, expect, test } from 'bun:test';
import { importsSearch, periodOf } from './export-period.ts';

const NOW = Date.parse('2026-03-31T12:00:00Z');

describe('importsSearch', () => {
  test('keeps days only where they count', () => {
    expect(importsSearch({ period: '90', from: '2026-01-01' })).toEqual({ period: '90' });
    expect(importsSearch({ period: 'custom', from: '2026-01-01', to: 'x' })).toEqual({
      period: 'custom',
      from: '2026-01-01',
    });
    expect(importsSearch({ period: 'week' })).toEqual({});
  });
});

describe('periodOf', () => {
  test('counts back from now', () => {
    expect(periodOf({}, NOW, 'UTC')).toEqual({ from: '2026-03-01T12:00:00.000Z', to: '2026-03-31T12:00:00.000Z' });
  });

  test('takes whole local days, over a change of the clock too', () => {
    expect(periodOf({ period: 'custom', from: '2026-03-29', to: '2026-03-29' }, NOW, 'Europe/Berlin')).toEqual({
      from: '2026-03-28T23:00:00.000Z',
      to: '2026-03-29T22:00:00.000Z',
    });
  });

  test('is none while the days are not both there and in order', () => {
    expect(periodOf({ period: 'custom', from: '2026-03-02' }, NOW, 'UTC')).toBeNull();
    expect(periodOf({ period: 'custom', from: '2026-03-02', to: '2026-03-01' }, NOW, 'UTC')).toBeNull();
  });
});
