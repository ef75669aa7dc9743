import { expect, test } from 'bun:test';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { startTestApp } from '../../server/test/start-app.ts';
import { temporaryDirectory, waymark } from './run-waymark.ts';

test('a file is there whole', async () => {
  await using app = await startTestApp();
  const env = { DATA_DIR: app.dataDir };
  await waymark(['links', 'create', 'https://example.com/ü', '--title', 'Größe'], { env });
  const dir = temporaryDirectory();
  const file = join(dir, 'links.csv');
  const { code, out, err } = await waymark(['export', 'links', '-o', file], { env });
  expect([code, out]).toEqual([0, '']);
  expect(err).toContain(file);
  expect(readFileSync(file, 'utf8')).toContain('Größe');
  const { bytes } = (await waymark(['export', 'links', '-o', file, '--json'], { env })).json<{ bytes: number }>();
  expect(bytes).toBe(readFileSync(file).length);
});

test('a download that breaks off leaves the file of before as it was', async () => {
  const broken = createServer((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc\r\nid,code\n1,ab\r\n');
      setTimeout(() => socket.destroy(), 20);
    });
  });
  await once(broken.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(broken.address() as AddressInfo).port}`;
  const dir = temporaryDirectory();
  const file = join(dir, 'links.csv');
  await Bun.write(file, 'before');
  const { code, err } = await waymark(['export', 'links', '-o', file, '--url', url, '--key', 'x']);
  broken.close();
  expect([code, err]).toEqual([5, expect.stringContaining('broke off')]);
  expect(readdirSync(dir)).toEqual(['links.csv']);
  expect(readFileSync(file, 'utf8')).toBe('before');
});
