import { expect, test } from 'bun:test';
import { draftOf, emptyDraft, patchOf, toCreate, toFields } from './link-draft.ts';

const link = {
  url: 'https://a.example/',
  code: 'spring',
  title: ' Spring ',
  active: true,
  expiresAt: '2026-03-29T01:30:15.250Z',
  redirectStatus: 302 as const,
};

test('a form that nobody touched changes nothing, seconds and blanks included', () => {
  for (const zone of ['Europe/Berlin', 'America/New_York', 'UTC'])
    expect(patchOf(toFields(draftOf(link, zone), link), link)).toEqual({});
});

test('a change is the changed fields alone', () => {
  const draft = { ...draftOf(link, 'UTC'), title: '', active: false };
  expect(patchOf(toFields(draft, link), link)).toEqual({ title: null, active: false });
});

test('the end moves with the zone of its clock', () => {
  const draft = draftOf(link, 'UTC');
  const expiry = { date: '2026-07-01', time: '09:00', zone: 'Europe/Berlin', later: false };
  expect(patchOf(toFields({ ...draft, expiry }, link), link)).toEqual({ expiresAt: '2026-07-01T07:00:00.000Z' });
  expect(patchOf(toFields({ ...draft, expiry: null }, link), link)).toEqual({ expiresAt: null });
});

test('a new link says no more than was filled in', () => {
  expect(toCreate(emptyDraft(' https://a.example/ '))).toEqual({
    url: 'https://a.example/',
    active: true,
    redirectStatus: 302,
  });
});
