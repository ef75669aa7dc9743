import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WaymarkClient } from '@waymark/contract/client';
import { createApp } from '../app.ts';
import { loadConfig } from '../config/load-config.ts';
import { createLog } from '../platform/logger.ts';
import { startBanner } from './start-banner.ts';

/** One start on a data directory: what its banner and its log say, and what a client of it does. */
async function start(
  dataDir: string,
  isTerminal: boolean,
  use: (client: WaymarkClient, link: string) => Promise<void>,
) {
  const said = { banner: '', log: '' };
  const write = (text: string) => {
    said.log += text;
  };
  const log = createLog({ level: 'info', format: 'json', output: { write, flush: () => {} } });
  const app = await createApp(loadConfig({ PORT: '0', DATA_DIR: dataDir }), log);
  try {
    await startBanner(app, log.logger, isTerminal, (text) => {
      said.banner += text;
    });
    const link = /http\S+\/app\/sign-in#\S+/.exec(said.banner)?.[0] ?? '';
    await use(new WaymarkClient({ baseUrl: app.baseUrl, apiKey: null }), link);
  } finally {
    await app.stop();
  }
  return said;
}

test('starts print a link that signs in once on a terminal, until somebody has signed in', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'waymark-banner-'));
  try {
    const piped = await start(dataDir, false, async () => {});
    expect(piped.banner).toBe('');
    expect(JSON.parse(piped.log.trim().split('\n').at(-1) ?? '')).toMatchObject({ signIn: 'npx waymark login' });

    const first = await start(dataDir, true, async (client, link) => {
      const token = link.split('#')[1] ?? '';
      expect(await client.session.signIn({ token })).toMatchObject({ scope: 'admin', name: 'first sign-in' });
      await expect(client.session.signIn({ token })).rejects.toMatchObject({ code: 'unauthorized' });
    });
    expect(first.banner).toContain('Sign in (works once, for 15 minutes):\n    http');
    expect(first.log).not.toContain('sign-in#');

    const second = await start(dataDir, true, async (_, link) => expect(link).toBe(''));
    expect(second.banner).toContain('Sign in:\n    npx waymark login\n');
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}, 30_000);
