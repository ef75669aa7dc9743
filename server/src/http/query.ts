import { invalidField } from '../platform/app-error.ts';
import { isStorable } from './json-value.ts';

const INTEGER = /^-?\d+$/;
const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/**
 * The query string of a request, parsed name by name. Unknown names are ignored.
 * Errors: `invalid_request` naming the parameter, for what can't be read and for one that comes more than once.
 */
export class Query {
  private readonly params: URLSearchParams;

  constructor(url: string) {
    const start = url.indexOf('?');
    this.params = new URLSearchParams(start === -1 ? '' : url.slice(start + 1));
  }

  /** Blank is absent. */
  text(name: string): string | undefined {
    const value = this.one(name);
    return value === undefined || value.trim() === '' ? undefined : value;
  }

  /** Every value of a parameter that may repeat. */
  all(name: string): string[] {
    const values = this.params.getAll(name);
    for (const value of values)
      if (!isStorable(value)) throw invalidField(name, 'has characters that cannot be stored');
    return values;
  }

  integer(name: string, min: number, max: number): number | undefined {
    const value = this.one(name);
    if (value === undefined) return undefined;
    const number = INTEGER.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max)) {
      const bounds = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`;
      throw invalidField(name, `must be an integer ${bounds}`);
    }
    return number;
  }

  /** An integer that may name nothing: 0 stands for those that can't be an id. */
  id(name: string): number | undefined {
    const value = this.one(name);
    if (value === undefined) return undefined;
    if (!INTEGER.test(value)) throw invalidField(name, 'must be an integer');
    return toId(value) ?? 0;
  }

  /** true, false, 1 or 0 in any case. */
  flag(name: string): boolean | undefined {
    const value = this.one(name);
    if (value === undefined) return undefined;
    const flag = FLAGS.get(value.toLowerCase());
    if (flag === undefined) throw invalidField(name, 'must be true or false');
    return flag;
  }

  private one(name: string): string | undefined {
    const values = this.all(name);
    if (values.length > 1) throw invalidField(name, 'comes more than once');
    return values[0];
  }
}

/** Digits as an id, or null where no row can have it. */
export function toId(digits: string): number | null {
  const id = /^\d{1,16}$/.test(digits) ? Number(digits) : 0;
  return id >= 1 && Number.isSafeInteger(id) ? id : null;
}
