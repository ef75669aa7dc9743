import type { Signal } from './signals.ts';

/** Edge ids in one message: it stays below the 8,000 bytes of a NOTIFY. */
const EDGES_MAX = 150;

/** A signal as JSON. Shape: several texts where one would be too long; each below 8,000 bytes. */
export function signalTexts(signal: Signal): string[] {
  if (signal.kind !== 'clicks_committed' || signal.edgeIds.length <= EDGES_MAX) return [JSON.stringify(signal)];
  const texts: string[] = [];
  for (let at = 0; at < signal.edgeIds.length; at += EDGES_MAX)
    texts.push(JSON.stringify({ kind: signal.kind, edgeIds: signal.edgeIds.slice(at, at + EDGES_MAX) }));
  return texts;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isSeq = (value: unknown): value is number => Number.isSafeInteger(value);

/** Fields of each kind, so that what comes over the wire is what the type says. */
const CHECKS: { [Kind in Signal['kind']]: (fields: Record<string, unknown>) => boolean } = {
  links_changed: () => true,
  keys_changed: () => true,
  applied: ({ edgeId, epoch, seq }) => isText(edgeId) && isText(epoch) && isSeq(seq),
  settle_asked: ({ ask }) => isText(ask),
  settle_answered: ({ ask, edgeId, acceptedSeq }) => isText(ask) && isText(edgeId) && isSeq(acceptedSeq),
  clicks_committed: ({ edgeIds }) => Array.isArray(edgeIds) && edgeIds.every(isText),
};

/** The signal in a text; null for anything else, such as a kind of a later release. */
export function parseSignal(text: string): Signal | null {
  try {
    const value = JSON.parse(text) as Record<string, unknown>;
    const check = Object.hasOwn(CHECKS, String(value.kind)) ? CHECKS[value.kind as Signal['kind']] : null;
    return check?.(value) ? (value as unknown as Signal) : null;
  } catch {
    return null;
  }
}
