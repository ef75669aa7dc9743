import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Option } from './option.ts';
import { GROUPS } from './options.ts';

const TABLES: Record<string, Record<string, Option<unknown>>> = GROUPS;

/** What is written from the option table, by path in the repository. */
export function generatedFiles(): Record<string, string> {
  return { 'docs/configuration.md': configurationPage(), '.env.example': envExample() };
}

/** Absolute path of a file of the repository. */
export function repositoryPath(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

function configurationPage(): string {
  const tables = Object.entries(TABLES).map(([title, options]) => {
    const rows = Object.entries(options).map(([name, option]) =>
      [
        `\`${name}\``,
        cell(option.type),
        shownDefault(option),
        cell(option.unit ?? ''),
        cell(sentence(option)),
        cell(option.empty),
      ].join(' | '),
    );
    return `## ${title}\n\n| variable | type | default | unit | what it does | when empty |\n|---|---|---|---|---|---|\n${rows.map((row) => `| ${row} |`).join('\n')}\n`;
  });
  return `# Configuration

<!-- Written by \`bun server/src/config/generate-docs.ts\` from server/src/config/options.ts: change that table, not this page. -->

Waymark is configured by environment variables alone, and every one is optional. A variable that is set to nothing
counts as unset. All problems are reported together, and the process then exits with 78.

A variable marked *secret* can also be given as a file: set \`NAME_FILE\` to the path of a file that holds the value.
Set one of the two, not both. A name that is nearly one of these, or starts with \`WAYMARK_\`, is named in a warning.

${tables.join('\n')}`;
}

function envExample(): string {
  const parts = Object.entries(TABLES).map(([title, options]) => {
    const lines = Object.entries(options).map(([name, option]) => {
      const unit = option.unit === null ? '' : ` Unit: ${option.unit}.`;
      const empty = option.default === null ? ` Empty: ${option.empty}` : '';
      return `# ${sentence(option)}${unit}${empty}\n#${name}=${option.default ?? ''}\n`;
    });
    return `# --- ${title} ---\n\n${lines.join('\n')}`;
  });
  return `# Every variable is optional; a line without its leading # sets one. Explained in docs/configuration.md.\n\n${parts.join('\n')}`;
}

function sentence(option: Option<unknown>): string {
  const secret = option.secret ? ' Secret.' : '';
  const unused = option.unused === null ? '' : ` Has no effect yet: it ${option.unused}.`;
  return `${option.doc}${secret}${unused}`;
}

function shownDefault(option: Option<unknown>): string {
  return option.default === null ? '' : `\`${option.default}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

if (import.meta.main) {
  for (const [path, content] of Object.entries(generatedFiles())) writeFileSync(repositoryPath(path), content);
}
