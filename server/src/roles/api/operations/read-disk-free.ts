import { statfs } from 'node:fs/promises';

/** Bytes that this process may still write where `dir` lies; null where the system does not tell. */
export async function readDiskFree(dir: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(dir);
    return bavail * bsize;
  } catch {
    return null;
  }
}
