import { LIMITS } from '@waymark/contract';

const SOUND = /^[\x21-\x7e]+$/;

/** Makes request ids that are unique in this process and, by their random start, among processes. */
export function createRequestIds(): (given: string | null | undefined) => string {
  const start = crypto.randomUUID().slice(0, 8);
  let serial = 0;
  /** The client's own id where it is sound, else a fresh one. */
  return (given) => {
    if (given && given.length <= LIMITS.requestIdLengthMax && SOUND.test(given)) return given;
    serial++;
    return `${start}-${serial.toString(36)}`;
  };
}
