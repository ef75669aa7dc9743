import { expect, test } from 'bun:test';
import { CAPTURED_LENGTH_MAX, captureClick } from './capture.ts';

const facts = {
  at: 5,
  linkId: 1,
  urlVersion: 2,
  domainId: 3,
  address: '192.0.2.1',
  userAgent: 'A',
  referrer: 'B',
  acceptLanguage: 'C',
  purpose: 'D',
  query: 'E',
};

test('a click holds the facts as they came', () => {
  expect(captureClick(facts)).toEqual(facts);
});

test('absent headers are empty and long texts are cut', () => {
  const long = 'x'.repeat(CAPTURED_LENGTH_MAX + 1);
  const click = captureClick({
    ...facts,
    address: long,
    userAgent: long,
    referrer: null,
    acceptLanguage: long,
    purpose: null,
    query: long,
  });
  expect(click).toMatchObject({ referrer: '', purpose: '' });
  for (const text of [click.address, click.userAgent, click.acceptLanguage, click.query])
    expect(text).toHaveLength(CAPTURED_LENGTH_MAX);
});
