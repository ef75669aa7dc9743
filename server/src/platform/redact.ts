const HIDDEN = '[redacted]';
const DEPTH_MAX = 6;

const SECRET_NAMES = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'xapitoken',
  'xchaostoken',
  'key',
  'keys',
  'passwd',
  'dsn',
]);
const SECRET_ENDINGS = ['apikey', 'secretkey', 'privatekey', 'secret', 'secrets', 'token', 'password'];

function isSecret(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z]/g, '');
  return SECRET_NAMES.has(plain) || SECRET_ENDINGS.some((ending) => plain.endsWith(ending));
}

/**
 * A copy of what is to be logged, without what a name says is secret, at any depth.
 * Shape: Headers become plain objects; beyond 6 levels nothing is shown.
 */
export function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  return redactObject(fields, 0);
}

function redactObject(value: object, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) copy[name] = isSecret(name) ? HIDDEN : redactValue(part, depth + 1);
  return copy;
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || value instanceof Error || value instanceof Date) return value;
  if (depth > DEPTH_MAX) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  if (value instanceof Headers) return redactObject(Object.fromEntries(value), depth);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  return redactObject(value, depth);
}
