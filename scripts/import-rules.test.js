import { describe, expect, test } from 'bun:test';
import { violationsIn } from './import-rules.mjs';
import { splitSource } from './lib/source-text.mjs';

describe('what breaks a rule', () => {
  const cases = [
    [
      'server/src/links/link.ts',
      "import { open } from '../storage/sqlite/database.ts';",
      'links does not import storage',
    ],
    [
      'server/src/links/link.ts',
      "import type { Db } from '../storage/sqlite/schema.ts';",
      'links does not import storage',
    ],
    ['server/src/links/link.ts', "import { x } from 'node:crypto';", 'web standards only'],
    ['server/src/links/link.ts', 'const s = Bun.hash(1);', 'web standards only, not Bun'],
    ['server/src/clicks/capture.ts', "import { x } from 'bun';", 'web standards only'],
    ['server/src/clicks/ingest.ts', "import { createLog } from '../platform/logger.ts';", 'takes only types'],
    ['server/src/clicks/ingest.ts', "import { Hono } from 'hono';", 'framework stays'],
    ['server/src/accounts/user.ts', 'const e = process.env.HOME;', 'only config/env.ts reads process.env'],
    ['server/src/storage/sqlite/a.ts', "import { x } from '../../roles/api/b.ts';", 'storage does not import roles'],
    ['server/src/platform/clock.ts', "import type { Link } from '../links/link.ts';", 'platform does not import links'],
    ['server/src/roles/api/a.ts', "import { x } from '../edge/b.ts';", 'a role does not import another'],
    ['server/src/roles/api/a.ts', "import { x } from '../../storage/sqlite/b.ts';", 'roles does not import storage'],
    [
      'server/src/roles/api/a.ts',
      "import { loadConfig } from '../../config/load-config.ts';",
      'only types from config',
    ],
    ['server/src/roles/api/a.ts', "import { Database } from 'bun:sqlite';", 'SQL stays under storage/'],
    ['server/src/roles/api/a.ts', 'const q = `SELECT id FROM links WHERE x = ` + a;', 'SQL stays under'],
    ['server/src/commands/a.ts', "run('DELETE FROM links');", 'SQL stays under'],
    ['contract/src/a.ts', "export * from '../../server/src/links/link.ts';", 'contract does not import links'],
    ['contract/src/a.ts', "import { x } from 'node:fs';", 'web standards only'],
    ['cli/src/a.ts', "const x = await import('@waymark/server/src/links/link.ts');", 'cli does not import'],
    ['cli/src/a.ts', 'const k = Bun.env.KEY;', 'only config/env.ts reads Bun.env'],
  ];
  for (const [path, source, sentence] of cases) {
    test(`${source} in ${path}`, () => {
      expect(violationsIn(path, `// first line\n${source}\n`)).toEqual([expect.stringContaining(sentence)]);
      expect(violationsIn(path, `// first line\n${source}\n`)[0]).toStartWith(`${path}:2: `);
    });
  }
});

describe('what breaks none', () => {
  const cases = [
    ['server/src/links/link.ts', "import type { Logger } from '../platform/logger.ts';"],
    ['server/src/links/link.ts', "import { type Clock, type Other } from '../platform/thread-rpc.ts';"],
    [
      'server/src/links/link.ts',
      "import { AppError } from '../platform/app-error.ts';\nimport { x } from '@waymark/contract';",
    ],
    ['server/src/links/link.ts', "// import { x } from 'node:fs'; process.env Bun.hash()\nconst a = 'process.env';"],
    ['server/src/config/env.ts', 'load(process.env);'],
    ['cli/src/config/env.ts', 'load(process.env);'],
    ['server/src/storage/sqlite/a.ts', "import { Database } from 'bun:sqlite'; db.run('DELETE FROM links');"],
    [
      'server/src/links/link.test.ts',
      "import { x } from '../storage/sqlite/a.ts'; process.env.X; run('DELETE FROM links');",
    ],
    ['server/bench/a.ts', 'process.env.X;'],
    ['server/src/roles/api/a.ts', "throw new Error('Select a link from the list, then update it');"],
    ['server/src/roles/api/a.ts', "import { a } from './b.ts';\nimport { x } from '../../links/link.ts';"],
    ['cli/src/a.ts', "import { serve } from '@waymark/server/src/commands/serve.ts';"],
  ];
  for (const [path, source] of cases) {
    test(`${source} in ${path}`, () => expect(violationsIn(path, source)).toEqual([]));
  }
});

describe('code and text are told apart', () => {
  test('comments and the insides of strings are blanked, places kept', () => {
    const { code, strings } = splitSource("a('b // c'); // d\n/* e */ f(/['x]/);");
    expect(code).toBe("a('      ');     \n        f(/     );");
    expect(strings).toEqual([{ text: 'b // c', at: 3 }]);
  });

  test('a template within a template is followed', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source under test
    const source = 'x(`one ${y(`two ${{ a: 1 }.a}`)} three`, process)';
    const { code, strings } = splitSource(source);
    expect(strings.map(({ text }) => text)).toEqual(['one ', 'two ', '', ' three']);
    expect(code).toHaveLength(source.length);
    expect(code).toEndWith('`, process)');
  });
});
