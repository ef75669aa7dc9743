import { setPriority } from 'node:os';

/**
 * Lowers the calling thread's priority, so that redirects come first on a full core. It keeps a share of the core however
 * full that is: a tenth at 10, a hundredth at 19. Where that is not allowed it competes as an equal.
 */
export function giveWay(niceness: number): void {
  try {
    setPriority(0, niceness); // On Linux 0 is the calling thread.
  } catch {
    // As before, then.
  }
}
