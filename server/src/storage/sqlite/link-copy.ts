import type { ReplicaLink } from '../../links/link.ts';
import { PackedLinks } from './packed-links.ts';

/** Bytes of a slot: a hash, and where its entry lies; 0 for none. */
const SLOT_BYTES = 8;

/** What lies in the bytes of a copy: entries, then slots up to the end. */
export interface LinkCopyLayout {
  links: number;
  slots: number;
}

/** Where the search for a hash begins. */
export function firstSlot(hash: number, slots: number): number {
  return Math.floor(((hash >>> 0) / 2 ** 32) * slots);
}

/**
 * All links as they were packed at some moment, in the mapping of a file. A look-up touches a slot and an entry.
 * Shape: at least one slot is empty.
 */
export class LinkCopy {
  readonly links: number;
  private readonly entries: PackedLinks;
  private readonly slots: number;
  /** Of the first slot, in words. */
  private readonly slotsAt: number;

  constructor(
    readonly buffer: ArrayBuffer,
    { links, slots }: LinkCopyLayout,
  ) {
    this.links = links;
    this.slots = slots;
    this.entries = new PackedLinks(buffer);
    this.slotsAt = (buffer.byteLength - slots * SLOT_BYTES) / 4;
  }

  find(code: string, hash: number): ReplicaLink | null {
    const { entries, slots, slotsAt } = this;
    const { words } = entries;
    for (let slot = firstSlot(hash, slots); ; slot = slot + 1 === slots ? 0 : slot + 1) {
      const at = words[slotsAt + slot * 2 + 1] as number;
      if (at === 0) return null;
      if (words[slotsAt + slot * 2] === hash && entries.isOf(at, code)) return entries.read(at, code);
    }
  }
}
