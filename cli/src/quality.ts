import { QUALITIES, type Quality } from '@waymark/contract';
import { usage } from './failure.ts';

/** Which clicks are meant. Errors: usage. */
export function qualityOf(text: string): Quality | 'all' {
  const known = [...QUALITIES, 'all'] as const;
  const quality = known.find((each) => each === text);
  if (quality === undefined) throw usage(`--quality: ${text} is none of ${known.join(', ')}`);
  return quality;
}
