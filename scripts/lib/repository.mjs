import { fileURLToPath } from 'node:url';

/** The repository's root, absolute, without a trailing slash. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** The Bun that comes with the install. */
export const bun = `${root}/node_modules/bun/bin/bun.exe`;
