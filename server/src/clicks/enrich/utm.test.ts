import { expect, test } from 'bun:test';
import { readUtm } from './utm.ts';

const none = { source: '', medium: '', campaign: '', term: '', content: '' };

test.each([
  ['', none],
  ['a=1&b=2', none],
  [
    'utm_source=news&utm_medium=e-mail&utm_campaign=May&utm_term=shoes&utm_content=top',
    { source: 'news', medium: 'e-mail', campaign: 'May', term: 'shoes', content: 'top' },
  ],
  ['utm_campaign=spring+sale%20%2B1', { ...none, campaign: 'spring sale +1' }],
  ['utm_source=%D0%BF%D1%80%D0%B8', { ...none, source: 'при' }],
  ['utm_source=first&utm_source=second', { ...none, source: 'first' }],
  ['utm_source=&utm_source=second', { ...none, source: 'second' }],
  ['utm_source', none],
  ['utm_id=7&utm_=8&utm___proto__=9&utm_constructor=1', none],
  ['xutm_source=1', none],
  ['utm_content=50%off', { ...none, content: '50%off' }],
  ['utm_content=caf%E9', { ...none, content: 'caf' }],
  ['utm_content=%D0%BF%D', { ...none, content: 'п%D' }],
  ['utm_source=%00a%0Ab', { ...none, source: 'ab' }],
  ['utm_source=%20%20x+', { ...none, source: 'x' }],
  ['utm_source=a=b', { ...none, source: 'a=b' }],
  [`utm_source=${'é'.repeat(300)}`, { ...none, source: 'é'.repeat(256) }],
])('the query %j carries %j', (query, utm) => {
  expect(readUtm(query)).toEqual(utm);
});
