import { expect, test } from 'bun:test';
import { AppError } from '../platform/app-error.ts';
import { Query, toId } from './query.ts';

const query = (search: string) => new Query(`http://test/list${search}`);

function refusedField(read: () => unknown): string | undefined {
  try {
    read();
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_request') return error.details[0]?.field;
  }
  return undefined;
}

test.each([['?on=true'], ['?on=1'], ['?on=TRUE'], ['?on=True']])('%s is true', (search) => {
  expect(query(search).flag('on')).toBe(true);
});

test.each([['?on=false'], ['?on=0'], ['?on=False']])('%s is false', (search) => {
  expect(query(search).flag('on')).toBe(false);
});

test.each([['?on='], ['?on=yes'], ['?on=2'], ['?on=true&on=true'], ['?on=constructor'], ['?on=%00']])(
  '%s is no flag',
  (search) => {
    expect(refusedField(() => query(search).flag('on'))).toBe('on');
  },
);

test.each([['?n=0'], ['?n=-1'], ['?n=11'], ['?n=1.0'], ['?n=1e1'], ['?n='], ['?n=%201'], ['?n=x'], ['?n=1&n=2']])(
  '%s is no integer from 1 to 10',
  (search) => {
    expect(refusedField(() => query(search).integer('n', 1, 10))).toBe('n');
  },
);

test('what is absent is undefined, and so is a blank text', () => {
  const empty = query('');
  expect([empty.text('a'), empty.flag('a'), empty.integer('a', 1, 2), empty.id('a')]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(query('?a=%20').text('a')).toBeUndefined();
  expect(query('?a=x+y').text('a')).toBe('x y');
});

test('an id that no row can have is read, as one that names nothing', () => {
  expect(['7', '0', '-3', '99999999999999999999'].map((id) => query(`?id=${id}`).id('id'))).toEqual([7, 0, 0, 0]);
  expect(refusedField(() => query('?id=1.5').id('id'))).toBe('id');
});

test.each([
  ['1', 1],
  ['007', 7],
  ['9007199254740991', 9007199254740991],
  ['9007199254740992', null],
  ['0', null],
  ['-1', null],
  ['', null],
  ['x', null],
])('%p as an id is %p', (text, id) => {
  expect(toId(text)).toBe(id);
});
