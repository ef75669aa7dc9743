import { resolve } from 'node:path';
import { WaymarkClient } from '@waymark/contract/client';
import type { CommandIo } from '@waymark/server/src/commands/command.ts';
import type { CliEnv } from './config/env.ts';
import { usage } from './failure.ts';
import { findLocalServer } from './local-server.ts';
import type { Output } from './output/output.ts';

export interface GlobalOptions {
  url?: string;
  key?: string;
  dataDir?: string;
  json?: boolean;
  quiet?: boolean;
}

/** Where requests go and what they are let in by. `keySource` null: no key was found. */
export interface Target {
  url: string;
  key: string | null;
  keySource: '--key' | 'WAYMARK_API_KEY' | 'admin.token' | null;
}

/** One run of a command: who asked for what, and how to answer. */
export class Session {
  /** Absolute. */
  readonly dataDir: string;

  constructor(
    readonly env: CliEnv,
    readonly options: GlobalOptions,
    readonly output: Output,
    /** Aborted by Ctrl-C. */
    readonly signal: AbortSignal,
    private readonly ask: (question: string) => Promise<boolean>,
  ) {
    this.dataDir = resolve(options.dataDir ?? env.dataDir);
  }

  /**
   * @NOTE The token of the local server goes to the address it was left with, and to no other: an address given by hand
   * may be anybody's.
   */
  target(): Target {
    const given = this.options.url ?? this.env.url;
    const local = findLocalServer(this.dataDir);
    const url = given === null ? (local?.url ?? this.defaultUrl()) : sameServer(originOf(given), local?.url);
    if (this.options.key !== undefined) return { url, key: this.options.key, keySource: '--key' };
    if (this.env.key !== null) return { url, key: this.env.key, keySource: 'WAYMARK_API_KEY' };
    if (local !== null && local.url === url) return { url, key: local.token, keySource: 'admin.token' };
    return { url, key: null, keySource: null };
  }

  client(): WaymarkClient {
    const { url, key } = this.target();
    return new WaymarkClient({
      baseUrl: url,
      apiKey: key,
      // Whatever this process has under way ends with Ctrl-C.
      fetch: (request) => fetch(request, { signal: AbortSignal.any([request.signal, this.signal]) }),
    });
  }

  /** The environment as the server reads it, with --data-dir taken in. */
  serverEnv(): Record<string, string | undefined> {
    return { ...this.env.all, ...(this.options.dataDir !== undefined && { DATA_DIR: this.dataDir }) };
  }

  /** How operator commands talk. `warnings` is what a program is told with the result. */
  commandIo(): CommandIo & { warnings: string[]; settled(): Promise<void> } {
    const warnings: string[] = [];
    let written = Promise.resolve();
    const { output } = this;
    const queue = (write: () => Promise<void>) => {
      written = written.then(write);
    };
    return {
      warnings,
      print: (line) => {
        if (!output.mode.json && !output.mode.quiet) queue(() => output.out.write(`${line}\n`));
      },
      warn: (line) => {
        warnings.push(line);
        queue(() => output.warn(line));
      },
      confirm: async (question) => {
        await written;
        return this.ask(question);
      },
      settled: () => written,
    };
  }

  confirm(question: string): Promise<boolean> {
    return this.ask(question);
  }

  private defaultUrl(): string {
    const port = Number(this.env.all.PORT);
    return `http://127.0.0.1:${Number.isInteger(port) && port > 0 ? port : 3000}`;
  }
}

/** `localhost` and the port of the local server mean that server, by the one name it is known under. */
function sameServer(url: string, local: string | undefined): string {
  return local !== undefined && url === `http://localhost:${new URL(local).port}` ? local : url;
}

/** Errors: usage, for what is no http(s) address. */
function originOf(text: string): string {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url === null || !/^https?:$/.test(url.protocol)) throw usage(`--url: ${text} is no http(s) address`);
  return url.origin + url.pathname.replace(/\/+$/, '');
}
