import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { generatedFiles, repositoryPath } from './generate-docs.ts';
import { loadConfig } from './load-config.ts';
import { OPTIONS } from './options.ts';

for (const [path, content] of Object.entries(generatedFiles())) {
  test(`${path} is what the option table says (bun server/src/config/generate-docs.ts writes it)`, () => {
    expect(readFileSync(repositoryPath(path), 'utf8')).toBe(content);
  });
}

test('every option is documented with one sentence and what empty means', () => {
  for (const [name, option] of Object.entries(OPTIONS)) {
    expect({ name, doc: option.doc }).toEqual({ name, doc: expect.stringMatching(/^[A-Z/].*\.$/) });
    expect({ name, empty: option.empty }).toEqual({ name, empty: expect.stringMatching(/^[/A-Zh].*\.$/) });
  }
});

test('the example, every line switched on, is a valid configuration equal to the defaults', () => {
  const env: Record<string, string> = {};
  for (const line of (generatedFiles()['.env.example'] ?? '').split('\n')) {
    const [, name, value] = /^#([A-Z_]+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) env[name] = value;
  }
  expect(Object.keys(env).sort()).toEqual(Object.keys(OPTIONS).sort());
  const { warnings: _, ...example } = loadConfig(env);
  const { warnings: __, ...standard } = loadConfig({});
  expect(example).toEqual(standard);
});
