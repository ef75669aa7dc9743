import { isIP } from 'node:net';
import { LIMITS } from '@waymark/contract';
import { parseRedisUrl } from '../platform/redis-url.ts';

/** One environment variable: how it is read, and all that the documentation says of it. */
export interface Option<T> {
  /** The kind of value, as the documentation names it. */
  readonly type: string;
  /** The default as somebody would write it; null where there is none. */
  readonly default: string | null;
  readonly unit: string | null;
  /** A secret can also come from the file named by `X_FILE`, and is never shown. */
  readonly secret: boolean;
  readonly doc: string;
  /** What an unset or empty variable means. */
  readonly empty: string;
  /** Set where this release reads the variable and does nothing with it: why. */
  readonly unused: string | null;
  /** The value of an unset or empty variable. */
  readonly whenEmpty: T;
  /** Errors: throws an Error whose message completes "NAME ...". */
  parse(text: string): T;
}

interface Words {
  doc: string;
  empty?: string;
  unit?: string;
  secret?: boolean;
  unused?: string;
}

type Parse<T> = (text: string) => T;

function option<T>(type: string, parse: Parse<T>, standard: string, words: Words): Option<T>;
function option<T>(type: string, parse: Parse<T>, standard: null, words: Words & { empty: string }): Option<T | null>;
function option<T>(type: string, parse: Parse<T>, standard: string | null, words: Words): Option<T | null> {
  return {
    type,
    default: standard,
    unit: words.unit ?? null,
    secret: words.secret ?? false,
    doc: words.doc,
    empty: words.empty ?? 'The default.',
    unused: words.unused ?? null,
    whenEmpty: standard === null ? null : parse(standard),
    parse,
  };
}

type OptionalWords = Words & { empty: string };

/** Free text. Shape: `default: null` makes an unset variable null. */
export function text(standard: null, words: OptionalWords): Option<string | null>;
export function text(standard: string, words: Words): Option<string>;
export function text(standard: string | null, words: Words) {
  const parse = (value: string) => value;
  return standard === null
    ? option('text', parse, null, { ...words, empty: words.empty ?? 'None.' })
    : option('text', parse, standard, words);
}

/** A whole number within bounds, both included. */
export function integer(standard: number, min: number, max: number, words: Words): Option<number> {
  return option(
    `integer, ${min} to ${max}`,
    (value) => {
      const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
      if (!(number >= min && number <= max)) throw new Error(`must be a whole number from ${min} to ${max}`);
      return number;
    },
    String(standard),
    words,
  );
}

/** A number from 0 to 1, both included. */
export function share(standard: number, words: Words): Option<number> {
  return option(
    'number, 0 to 1',
    (value) => {
      const number = /^\d*\.?\d+$/.test(value) ? Number(value) : Number.NaN;
      if (!(number >= 0 && number <= 1)) throw new Error('must be a number from 0 to 1');
      return number;
    },
    String(standard),
    words,
  );
}

/** A switch, in the words of the classic API's flags, any case. */
export function flag(standard: boolean, words: Words): Option<boolean> {
  return option(
    'true or false',
    (value) => {
      const word = value.toLowerCase();
      if (['true', '1', 'yes', 'on'].includes(word)) return true;
      if (['false', '0', 'no', 'off'].includes(word)) return false;
      throw new Error('must be true, 1, yes or on, or false, 0, no or off');
    },
    String(standard),
    words,
  );
}

/** One of a few words, any case. */
export function choice<const T extends string>(words: readonly T[], standard: T, about: Words): Option<T>;
export function choice<const T extends string>(
  words: readonly T[],
  standard: null,
  about: OptionalWords,
): Option<T | null>;
export function choice<const T extends string>(words: readonly T[], standard: T | null, about: Words) {
  const parse = (value: string): T => {
    const found = words.find((word) => word === value.toLowerCase());
    if (found === undefined) throw new Error(`must be one of ${words.join(', ')}`);
    return found;
  };
  const type = `one of ${words.join(', ')}`;
  return standard === null
    ? option(type, parse, null, { ...about, empty: about.empty ?? 'None.' })
    : option(type, parse, standard, about);
}

const BYTE_UNITS: Record<string, number> = {
  '': 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  kib: 1024,
  m: 1e6,
  mb: 1e6,
  mib: 1024 ** 2,
  g: 1e9,
  gb: 1e9,
  gib: 1024 ** 3,
};

/** An amount of storage: plain bytes, or with KiB, MiB, GiB, KB, MB, GB. Units: bytes. */
export function bytes(standard: string, min: number, words: Words): Option<number> {
  return option(
    'bytes, or with KiB, MiB, GiB',
    (value) => {
      const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(value) ?? [];
      const factor = BYTE_UNITS[unit.toLowerCase()];
      if (number === undefined || factor === undefined) throw new Error('must be bytes, or an amount such as 512MiB');
      const amount = Math.floor(Number(number) * factor);
      if (!Number.isSafeInteger(amount) || amount < min) throw new Error(`must be at least ${min} bytes`);
      return amount;
    },
    standard,
    words,
  );
}

const DURATION_UNITS: Record<string, number> = { '': 1000, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time: plain seconds, or with ms, s, m, h, d. Units: milliseconds. */
export function duration(standard: string, words: Words): Option<number> {
  return option(
    'seconds, or with s, m, h, d',
    (value) => {
      const [, number, unit = ''] = /^(\d{1,9})\s*([a-z]*)$/i.exec(value) ?? [];
      const factor = DURATION_UNITS[unit.toLowerCase()];
      if (number === undefined || factor === undefined) throw new Error('must be seconds, or a time such as 15m or 1h');
      return Number(number) * factor;
    },
    standard,
    words,
  );
}

function parseHttpUrl(value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (!url || !/^https?:$/.test(url.protocol) || !url.hostname)
    throw new Error('must be an absolute http or https address');
  return url;
}

/** An http(s) address, without a trailing slash. */
export function httpUrl(words: OptionalWords): Option<string | null> {
  return option('http(s) address', (value) => parseHttpUrl(value).href.replace(/\/+$/, ''), null, words);
}

/** An http(s) address that visitors are led to. Shape: as it was given where that is visible ASCII, else percent-encoded. */
export function destination(words: OptionalWords): Option<string | null> {
  return option(
    'http(s) address',
    (value) => {
      const url = parseHttpUrl(value);
      if (/[\s\\\p{Cc}]/u.test(value) || !/^https?:\/\/[^/]/i.test(value))
        throw new Error('must be a well-formed address');
      if (url.username || url.password) throw new Error('must not carry a user name or password');
      if (value.length > LIMITS.urlLengthMax) throw new Error(`must have at most ${LIMITS.urlLengthMax} characters`);
      return /^[\x21-\x7e]+$/.test(value) ? value : url.href;
    },
    null,
    words,
  );
}

/** An http(s) origin for links: no path, query or credentials, without a trailing slash. */
export function httpOrigin(words: OptionalWords): Option<string | null> {
  return option('http(s) origin', parseOrigin, null, words);
}

function parseOrigin(value: string): string {
  const url = parseHttpUrl(value);
  if (url.pathname !== '/' || url.search || url.hash || url.username || url.password) {
    throw new Error('must be scheme, host and port alone, such as https://go.example.com');
  }
  return url.origin;
}

/** A connection string of one of the schemes. */
export function connection(schemes: readonly string[], words: OptionalWords): Option<string | null> {
  return option(
    `${schemes.join('// or ')}// address`,
    (value) => {
      if (!URL.canParse(value) || !schemes.includes(new URL(value).protocol)) {
        throw new Error(`must start with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`);
      }
      return value;
    },
    null,
    words,
  );
}

/** A Redis address: one server, or several hosts of a Cluster or of Sentinels. */
export function redisAddress(words: OptionalWords): Option<string | null> {
  return option(
    'redis:// or rediss:// address',
    (value) => {
      parseRedisUrl(value);
      return value;
    },
    null,
    words,
  );
}

/** Comma-separated values, each read by `item`, doubles removed. */
function list<T>(type: string, item: Parse<T>, standard: string, words: Words): Option<readonly T[]> {
  const parse = (value: string): readonly T[] => {
    const items = value
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean);
    return Object.freeze([...new Set(items.map(item))]);
  };
  return { ...option(type, parse, standard, words), default: standard || null };
}

/** Words from a closed set. */
export function choices<const T extends string>(
  known: readonly T[],
  standard: string,
  words: Words,
): Option<readonly T[]> {
  const item = (value: string): T => {
    const found = known.find((word) => word === value.toLowerCase());
    if (found === undefined) throw new Error(`knows only ${known.join(', ')}, not "${value}"`);
    return found;
  };
  return list(`list of ${known.join(', ')}`, item, standard, words);
}

function parseHost(value: string): string {
  const url = URL.canParse(`http://${value}`) ? new URL(`http://${value}`) : null;
  if (url === null || url.pathname !== '/' || url.username || /[/?#@\s]/.test(value)) {
    throw new Error(`must name hosts such as go.example.com, not "${value}"`);
  }
  return url.host;
}

/** One host name, with a port where it is not the scheme's own. Shape: lower case, punycode. */
export function host(words: OptionalWords): Option<string | null> {
  return option('host', parseHost, null, words);
}

/** Host names. Shape: lower case, punycode. */
export function hosts(words: OptionalWords): Option<readonly string[]> {
  return list('list of hosts', parseHost, '', words);
}

/** Origins that browsers may call from, or `*` for all. */
export function origins(words: OptionalWords): Option<readonly string[]> {
  return list('list of origins, or *', (value) => (value === '*' ? value : parseOrigin(value)), '', words);
}

/** Addresses and CIDR ranges. */
export function networks(words: OptionalWords): Option<readonly string[]> {
  const item = (value: string): string => {
    const [address = '', bits, ...rest] = value.split('/');
    const version = isIP(address);
    const bitsMax = version === 4 ? 32 : 128;
    const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax);
    if (version === 0 || !fits || rest.length > 0) {
      throw new Error(`must hold addresses or ranges such as 10.0.0.0/8, not "${value}"`);
    }
    return value.toLowerCase();
  };
  return list('list of addresses and CIDR ranges', item, '', words);
}
