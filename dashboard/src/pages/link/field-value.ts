import { formatExact } from '../../format/dates.ts';
import type { LinkFields } from '../../forms/link-draft.ts';
import { t } from '../../i18n/index.ts';

/** A field's value in words, for comparing two. */
export function fieldValue<F extends keyof LinkFields>(field: F, value: unknown): string {
  switch (field) {
    case 'active':
      return value === true ? t('common.yes') : t('common.no');
    case 'expiresAt':
      return typeof value === 'string' ? formatExact(value) : t('common.never');
    case 'title':
      return typeof value === 'string' && value !== '' ? value : t('link.noTitle');
    default:
      return String(value);
  }
}
