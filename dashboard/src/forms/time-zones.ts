import { tzOffset } from '@date-fns/tz';

/** Every IANA zone that the browser knows, UTC first. */
export function timeZones(): string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
}

/** Zones whose name has all words of `text` in it; `new york` finds America/New_York. */
export function matchingZones(zones: readonly string[], text: string): string[] {
  const words = text.toLowerCase().split(/[\s_/]+/);
  return zones.filter((zone) => {
    const name = zone.toLowerCase().replaceAll('_', ' ');
    return words.every((word) => name.includes(word));
  });
}

/** How far a zone is from UTC at an instant: `UTC+5:45`. */
export function offsetName(zone: string, at: number): string {
  const minutes = tzOffset(zone, new Date(at));
  if (minutes === 0) return 'UTC';
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(Math.abs(minutes) / 60)}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}
