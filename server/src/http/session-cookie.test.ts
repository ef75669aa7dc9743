import { expect, test } from 'bun:test';
import { SessionCookie } from './session-cookie.ts';

test('the cookie is for this host and its own pages, and no script reads it', () => {
  expect(new SessionCookie(false).set('ws_x', 60)).toBe(
    'waymark_session=ws_x; Max-Age=60; Path=/; HttpOnly; SameSite=Strict',
  );
  expect(new SessionCookie(true).set('ws_x', 60)).toBe(
    '__Host-waymark_session=ws_x; Max-Age=60; Path=/; HttpOnly; SameSite=Strict; Secure',
  );
  expect(new SessionCookie(true).clear()).toStartWith('__Host-waymark_session=; Max-Age=0; ');
});

test.each([
  ['waymark_session=ws_x', 'ws_x'],
  ['a=1; waymark_session=ws_x; b=2', 'ws_x'],
  ['waymark_session=', null],
  ['xwaymark_session=ws_x', null],
  ['__Host-waymark_session=ws_x', null],
  [';;=;', null],
])('of %j it reads %j', (cookie, secret) => {
  expect(new SessionCookie(false).read(new Headers({ cookie }))).toBe(secret);
});
