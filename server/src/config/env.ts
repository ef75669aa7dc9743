import type { Config } from './config.ts';
import { loadConfig } from './load-config.ts';

/** The configuration of this process. The one place that reads its environment. Errors: as `loadConfig`. */
export function loadProcessConfig(): Config {
  return loadConfig(process.env);
}
