import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import { pathToFileURL } from 'node:url';
import { root } from './lib/repository.mjs';
import { splitSource } from './lib/source-text.mjs';

const DOMAIN = ['links', 'clicks', 'accounts', 'guard'];
/** What of the platform is plain enough for the domain to use; of the rest it may name types. */
const PURE_PLATFORM = ['server/src/platform/app-error.ts', 'server/src/platform/clock.ts'];
/** Compose the program, so they see all of it. `threads` composes what runs in each thread. */
const COMPOSERS = ['app', 'main', 'threads', 'commands'];

/** Which zones of ours a zone may import, besides itself. A zone that is not named here may import everything. */
const ALLOWED = {
  contract: [],
  platform: ['contract'],
  config: ['contract', 'platform'],
  ...Object.fromEntries(DOMAIN.map((zone) => [zone, ['contract', 'platform', ...DOMAIN]])),
  storage: ['contract', 'platform', ...DOMAIN],
  http: ['contract', 'platform', 'config', ...DOMAIN],
  roles: ['contract', 'platform', 'config', 'http', ...DOMAIN],
  cli: ['contract', 'commands'],
  dashboard: ['contract'],
};

/** Packages that stay in some zones. */
const PACKAGES = [
  { names: ['bun:sqlite', 'kysely', 'pg'], zones: ['storage'], why: 'SQL stays under storage/' },
  {
    names: ['hono', '@hono/zod-openapi'],
    zones: ['http', 'roles', 'contract'],
    why: 'the framework stays in http/ and roles/',
  },
];

const ENV_READERS = /^(server|cli)\/src\/config\/env\.ts$/;
const SQL =
  /\bSELECT\s[\s\S]+\sFROM\s|\bINSERT\s+(OR\s+\w+\s+)?INTO\s|\bUPDATE\s+\w+\s+SET\s|\bDELETE\s+FROM\s|\b(CREATE|DROP|ALTER)\s+(UNIQUE\s+)?(TABLE|INDEX|VIEW|TRIGGER)\b|\bPRAGMA\s+\w|\bBEGIN\s+IMMEDIATE\b|^\s*(SAVEPOINT|VACUUM|ATTACH)\s/;

/** Everything in one file that breaks a rule of docs/architecture.md. Shape: `path:line: sentence` each. */
export function violationsIn(path, source) {
  if (isTest(path)) return [];
  const { code, strings } = splitSource(source);
  const zone = zoneOf(path);
  const found = [];
  const report = (at, sentence) => found.push(`${path}:${source.slice(0, at).split('\n').length}: ${sentence}`);

  for (const { at, specifier, isType } of importsOf(source, code)) {
    const target = resolveOurs(path, specifier);
    if (target === null) checkPackage(path, zone, specifier, isType, (sentence) => report(at, sentence));
    else checkOurs(path, zone, target, isType, (sentence) => report(at, sentence));
  }
  for (const match of code.matchAll(/\b(process|Bun|import\.meta)\.env\b/g)) {
    if (!ENV_READERS.test(path)) report(match.index, `only config/env.ts reads ${match[0]}`);
  }
  if (isRedirectCore(path)) {
    for (const match of code.matchAll(/\b(Bun|process|Buffer)\s*[.[(]/g))
      report(match.index, `a redirect's domain code uses web standards only, not ${match[1]}`);
  }
  if (zone !== 'storage') {
    for (const { text, at } of strings) if (SQL.test(text)) report(at, 'SQL stays under server/src/storage');
  }
  return found;
}

function checkOurs(path, zone, target, isType, report) {
  const other = zoneOf(target);
  if (zone === 'roles' && other === 'roles' && roleOf(path) !== roleOf(target))
    report(`a role does not import another (${target})`);
  if (zone === other || target === 'package.json' || !(zone in ALLOWED)) return;
  if (!ALLOWED[zone].includes(other)) report(`${zone} does not import ${other} (${target})`);
  else if (DOMAIN.includes(zone) && other === 'platform' && !isType && !PURE_PLATFORM.includes(target)) {
    report(`the domain takes only types from ${target}`);
  } else if (['http', 'roles'].includes(zone) && other === 'config' && !isType)
    report(`${zone} takes only types from config (${target})`);
}

function checkPackage(path, zone, specifier, isType, report) {
  const runtime = /^(node:|bun:|bun$)/.test(specifier);
  if (runtime && (isRedirectCore(path) || zone === 'contract')) report(`${specifier}: web standards only here`);
  if (isType || COMPOSERS.includes(zone)) return;
  for (const { names, zones, why } of PACKAGES) {
    const hit = names.some((name) => specifier === name || specifier.startsWith(`${name}/`));
    if (hit && !zones.includes(zone)) report(`${specifier}: ${why}`);
  }
}

/** What a redirect runs through. */
function isRedirectCore(path) {
  return /^server\/src\/(links\/|clicks\/capture)/.test(path);
}

function isTest(path) {
  return /\.test\.[mc]?[jt]sx?$|^server\/(test|bench)\/|^(cli|contract|dashboard)\/(test|e2e)\/|\/conformance\//.test(
    path,
  );
}

function zoneOf(path) {
  const [, inServer] = /^server\/src\/([^/.]+)/.exec(path) ?? [];
  return inServer ?? path.split('/')[0];
}

function roleOf(path) {
  return path.split('/')[3];
}

/** The path in the repository of an import of ours, or null for a package. */
function resolveOurs(path, specifier) {
  if (specifier.startsWith('.')) return normalize(join(dirname(path), specifier));
  const [, name, rest] = /^@waymark\/(\w+)\/?(.*)$/.exec(specifier) ?? [];
  if (name === undefined) return null;
  return name === 'contract' ? `contract/src/${rest || 'index'}.ts` : `${name}/${rest}`;
}

function importsOf(source, code) {
  const statement = /\b(import|export)\b(\s+type\b)?([^'"`;()]*?)(['"])|\b(?:import|require)\s*\(\s*(['"])/g;
  const found = [];
  for (const match of code.matchAll(statement)) {
    const [whole, , type, names = ''] = match;
    const isCall = whole.includes('(');
    if (!isCall && names.trim() !== '' && !/\bfrom\s*$/.test(names)) continue;
    const from = match.index + whole.length;
    const quote = whole.at(-1);
    const specifier = source.slice(from, source.indexOf(quote, from));
    const named = /\{([^}]*)\}/.exec(names)?.[1];
    const everyNameIsType =
      named !== undefined &&
      /^\s*\{/.test(names) &&
      named.split(',').every((name) => name.trim() === '' || /^type\s/.test(name.trim()));
    found.push({ at: match.index, specifier, isType: type !== undefined || everyNameIsType });
  }
  return found;
}

/** All source files the rules are about, by path in the repository. */
export function sourceFiles(directory = root) {
  const walk = (path) =>
    readdirSync(`${directory}/${path}`, { withFileTypes: true }).flatMap((entry) => {
      if (entry.name === 'node_modules' || entry.name === 'dist') return [];
      if (entry.isDirectory()) return walk(`${path}/${entry.name}`);
      return /\.tsx?$/.test(entry.name) ? [`${path}/${entry.name}`] : [];
    });
  const packages = readdirSync(directory).filter((name) => ['contract', 'server', 'cli', 'dashboard'].includes(name));
  return packages.flatMap(walk).sort();
}

/** Everything in the repository that breaks a rule. */
export function violations(directory = root) {
  return sourceFiles(directory).flatMap((path) => violationsIn(path, readFileSync(`${directory}/${path}`, 'utf8')));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const found = violations();
  for (const line of found) console.log(line);
  console.log(
    found.length === 0 ? `Import rules hold in ${sourceFiles().length} files.` : `${found.length} broken rules.`,
  );
  process.exitCode = found.length === 0 ? 0 : 1;
}
