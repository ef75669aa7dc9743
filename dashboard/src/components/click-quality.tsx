import type { ClickDetails } from '../format/click-details.ts';
import { t } from '../i18n/index.ts';
import { Badge } from '../ui/badge.tsx';

/** What a click is taken for. People's clicks are the rule, and need no word. */
export function ClickQuality({ quality }: Pick<ClickDetails, 'quality'>) {
  if (quality === '' || quality === 'human') return null;
  return <Badge tone={quality === 'bot' ? 'warn' : 'neutral'}>{t(`home.quality.${quality}`)}</Badge>;
}
