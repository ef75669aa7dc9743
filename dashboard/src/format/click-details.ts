import { QUALITIES, type Quality } from '@waymark/contract';
import type { Event } from '@waymark/contract/v1/events';

/** What a click's event tells; '' where it does not. */
export interface ClickDetails {
  code: string;
  url: string;
  country: string;
  city: string;
  device: string;
  browser: string;
  os: string;
  referrer: string;
  reason: string;
  quality: Quality | '';
}

/** Source: server/src/storage/sqlite/click-events.ts. */
export function clickDetails({ details }: Pick<Event, 'details'>): ClickDetails {
  const text = (name: string) => {
    const value = details[name];
    return typeof value === 'string' ? value : '';
  };
  return {
    code: text('short_code'),
    url: text('original_url'),
    country: text('country'),
    city: text('city'),
    device: text('device'),
    browser: text('browser'),
    os: text('os'),
    referrer: text('referrer'),
    reason: text('reason'),
    quality: QUALITIES.find((quality) => quality === details.quality) ?? '',
  };
}
