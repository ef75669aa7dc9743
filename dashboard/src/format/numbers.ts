import { locale } from '../app/preferences.ts';

const made = new Map<string, Intl.NumberFormat>();

function formatter(name: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const language = locale();
  const key = `${language} ${name}`;
  const kept = made.get(key);
  if (kept) return kept;
  const fresh = new Intl.NumberFormat(language, options);
  made.set(key, fresh);
  return fresh;
}

/** 1,204. */
export function formatCount(count: number): string {
  return formatter('count', { maximumFractionDigits: 0 }).format(count);
}

/** 1.2M: for narrow places; the whole number belongs in a title or beside it. */
export function formatCompact(count: number): string {
  return formatter('compact', { notation: 'compact', maximumFractionDigits: 1 }).format(count);
}

/** 0.482 as 48.2%. */
export function formatShare(share: number): string {
  const digits = share < 0.1 ? 1 : 0;
  return formatter(`share ${digits}`, { style: 'percent', maximumFractionDigits: digits }).format(share);
}

/** +12%, −4%: how `now` stands to `before`; null where there was nothing before. */
export function formatChange(now: number, before: number): string | null {
  if (before === 0) return null;
  return formatter('change', { style: 'percent', signDisplay: 'exceptZero', maximumFractionDigits: 0 }).format(
    now / before - 1,
  );
}

/** 1.4 MB, of 1,000 bytes each step. */
export function formatBytes(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const unit = units[step] ?? 'byte';
  return formatter(unit, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 }).format(
    bytes / 1000 ** step,
  );
}
