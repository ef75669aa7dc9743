/** The configuration can't be used. Shape: one sentence for each problem, each naming its variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** What the process exits with (EX_CONFIG of sysexits.h). */
  static readonly exitCode = 78;

  constructor(readonly problems: readonly string[]) {
    const one = problems.length === 1;
    super(
      `The configuration has ${one ? 'a problem' : `${problems.length} problems`}:\n${problems.map((line) => `  - ${line}`).join('\n')}`,
    );
  }
}
