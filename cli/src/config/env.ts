/** What the command takes from its environment. */
export interface CliEnv {
  /** WAYMARK_URL. */
  readonly url: string | null;
  /** WAYMARK_API_KEY. */
  readonly key: string | null;
  readonly dataDir: string;
  readonly noColor: boolean;
  /** A desktop that could open a browser. */
  readonly hasDisplay: boolean;
  /** All of it, for the server's own configuration. */
  readonly all: Readonly<Record<string, string | undefined>>;
}

/** Shape: variables set to nothing count as unset. Source of NO_COLOR: https://no-color.org */
export function readEnv(all: CliEnv['all'] = process.env): CliEnv {
  const given = (name: string) => (all[name]?.trim() ? (all[name] ?? '').trim() : null);
  return {
    url: given('WAYMARK_URL'),
    key: given('WAYMARK_API_KEY'),
    dataDir: given('DATA_DIR') ?? './data',
    noColor: given('NO_COLOR') !== null || all.TERM === 'dumb',
    hasDisplay: process.platform !== 'linux' || given('DISPLAY') !== null || given('WAYLAND_DISPLAY') !== null,
    all,
  };
}
