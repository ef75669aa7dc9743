import type { TarEntry } from '../platform/tar.ts';

export const MANIFEST_NAME = 'manifest.json';

/** The last file of a backup: what else is in it. An archive without one is not complete. */
export interface BackupManifest {
  kind: 'waymark-backup';
  format: 1;
  /** RFC 3339. */
  createdAt: string;
  release: string;
  schema: number;
  /** Clicks in the outbox's files that the database of this backup does not have. */
  pendingClicks: number;
  files: TarEntry[];
}

/** Errors: throws for any other text. */
export function parseManifest(text: string): BackupManifest {
  const manifest = JSON.parse(text) as Partial<BackupManifest>;
  if (manifest.kind !== 'waymark-backup' || manifest.format !== 1 || !Array.isArray(manifest.files)) {
    throw new Error('this is no backup that this program knows');
  }
  return manifest as BackupManifest;
}
