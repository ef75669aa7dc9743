import { type Dimension, OTHER_VALUE, QUALITIES, type Quality } from '@waymark/contract';
import { preferences } from '../app/preferences.ts';
import { t } from '../i18n/index.ts';

const DEVICES = ['desktop', 'mobile', 'tablet', 'tv', 'bot', 'other'] as const;
/** Words of reasons, by the whole or by what stands before the colon; the rest names the program. Source: server/src/clicks/enrich. */
const REASONS = {
  'user-agent:missing': 'missing',
  'user-agent:http-library': 'library',
  'user-agent:crawler': 'crawler',
  'user-agent': 'agent',
  preview: 'preview',
  monitor: 'monitor',
  header: 'prefetch',
  repeat: 'repeat',
} as const;

const named = new Map<string, Intl.DisplayNames>();

function names(type: 'region' | 'language'): Intl.DisplayNames {
  const { language } = preferences();
  const key = `${language} ${type}`;
  const kept = named.get(key);
  if (kept) return kept;
  const fresh = new Intl.DisplayNames([language, 'en'], { type, fallback: 'code' });
  named.set(key, fresh);
  return fresh;
}

/** What the values of a dimension are called together: "Countries". */
export function dimensionName(dimension: Dimension): string {
  return t(`analytics.dimensions.${dimension}`);
}

/** What one of them is called: "Country". */
export function dimensionWord(dimension: Dimension): string {
  return t(`analytics.dimension.${dimension}`);
}

/** A value of a dimension in words. Of `link` it is the id: say its code where that is known. */
export function valueName(dimension: Dimension, value: string): string {
  if (value === '') return dimension === 'referrer' ? t('analytics.values.direct') : t('analytics.values.unknown');
  if (value === OTHER_VALUE) return t('analytics.values.other');
  switch (dimension) {
    case 'country':
      return displayName('region', value);
    case 'language':
      return displayName('language', value);
    case 'device': {
      const device = DEVICES.find((name) => name === value);
      return device === undefined ? value : t(`analytics.devices.${device}`);
    }
    case 'quality': {
      const quality = QUALITIES.find((name) => name === value);
      return quality === undefined ? value : qualityName(quality);
    }
    case 'reason':
      return reasonName(value);
    default:
      return value;
  }
}

/** A class of clicks. */
export function qualityName(quality: Quality | 'all'): string {
  return t(`analytics.qualities.${quality}`);
}

/** Why a click is not taken for a person's. */
function reasonName(value: string): string {
  const [kind = '', ...rest] = value.split(':');
  const key = [value, kind].find((name): name is keyof typeof REASONS => Object.hasOwn(REASONS, name));
  return key === undefined ? value : t(`analytics.reasons.${REASONS[key]}`, { name: rest.join(':') });
}

/** The two letters of a country, which stand before its name; null for all else. Flags are not drawn by every system. */
export function valueMark(dimension: Dimension, value: string): string | null {
  return dimension === 'country' && /^[A-Z]{2}$/.test(value) ? value : null;
}

function displayName(type: 'region' | 'language', code: string): string {
  try {
    return names(type).of(code) ?? code;
  } catch {
    return code; // No code of a country or language at all.
  }
}
