import type { CommandIo } from '../../src/commands/command.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load-config.ts';

/** A command's conversation, kept. `answer`: what is answered to every question. */
export class RecordedIo implements CommandIo {
  readonly printed: string[] = [];
  readonly warned: string[] = [];
  readonly asked: string[] = [];

  constructor(private readonly answer = false) {}

  print(line: string): void {
    this.printed.push(line);
  }

  warn(line: string): void {
    this.warned.push(line);
  }

  async confirm(question: string): Promise<boolean> {
    this.asked.push(question);
    return this.answer;
  }
}

export function configOf(dataDir: string, env: Record<string, string> = {}): Config {
  return loadConfig({ DATA_DIR: dataDir, PORT: '0', ...env });
}
