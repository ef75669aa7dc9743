import { DIMENSIONS, type Dimension } from '@waymark/contract';
import type { Event } from '@waymark/contract/v1/events';
import { Ban, CirclePlus, MousePointerClick, Pencil, RotateCcw, Send } from 'lucide-react';
import type { ReactNode } from 'react';
import { clickDetails } from '../../format/click-details.ts';
import { formatDateTime } from '../../format/dates.ts';
import { valueName } from '../../format/values.ts';
import { t } from '../../i18n/index.ts';
import { isOwnType, type OwnType } from './activity-search.ts';

const ICONS = {
  click: <MousePointerClick aria-hidden />,
  created: <CirclePlus aria-hidden />,
  updated: <Pencil aria-hidden />,
  deleted: <Ban aria-hidden />,
  restored: <RotateCcw aria-hidden />,
} as const satisfies Record<OwnType, ReactNode>;

/** Fields of a link as the log names them. Source: server/src/links/patch-effect.ts. */
const FIELDS = ['original_url', 'title', 'is_active', 'expires_at', 'redirect_status'] as const;

export function typeIcon(type: string): ReactNode {
  return isOwnType(type) ? ICONS[type] : <Send aria-hidden />;
}

/** A type in words; what clients post is called as they call it. */
export function typeName(type: string): string {
  return isOwnType(type) ? t(`activity.types.${type}`) : type;
}

/** An event in one line, without its link. */
export function eventSummary(event: Event): string {
  const { details } = event;
  switch (event.type) {
    case 'click': {
      const { country, device, browser, referrer } = clickDetails(event);
      return [
        valueName('country', country),
        device === '' ? '' : valueName('device', device),
        browser,
        valueName('referrer', referrer),
      ]
        .filter((part) => part !== '')
        .join(' · ');
    }
    case 'created':
    case 'restored':
      return plain(details.original_url);
    case 'updated': {
      const field = FIELDS.find((name) => name === details.field);
      const name = field === undefined ? plain(details.field) : t(`activity.fields.${field}`);
      return `${name} → ${fieldValue(details.field, details.new_value)}`;
    }
    case 'deleted':
      return plain(details.original_url);
    default:
      return Object.entries(details)
        .map(([name, value]) => `${name}: ${plain(value)}`)
        .join(', ');
  }
}

function fieldValue(field: unknown, value: unknown): string {
  if (value === null) return field === 'expires_at' ? t('common.never') : t('common.none');
  if (typeof value === 'boolean') return value ? t('common.on') : t('common.off');
  // The log keeps this time in UTC without saying so.
  if (field === 'expires_at' && typeof value === 'string' && !Number.isNaN(Date.parse(`${value}Z`))) {
    return formatDateTime(`${value}Z`);
  }
  return plain(value);
}

/** Every detail of an event, with its name and value in words where there are some. */
export function eventDetails({ details }: Event): { name: string; label: string; value: string }[] {
  return Object.entries(details).map(([name, value]) => {
    const isDimension = (key: string): key is Dimension => Object.hasOwn(DIMENSIONS, key);
    if (!isDimension(name) || typeof value !== 'string') return { name, label: detailLabel(name), value: plain(value) };
    const words = valueName(name, value);
    return { name, label: t(`analytics.dimension.${name}`), value: words === value ? value : `${words} (${value})` };
  });
}

function detailLabel(name: string): string {
  switch (name) {
    case 'short_code':
    case 'original_url':
    case 'field':
    case 'new_value':
      return t(`activity.details.${name}`);
    default:
      return name;
  }
}

function plain(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
