import { expect, test } from 'bun:test';
import { newLink } from '../conformance/stores.ts';
import { CreationBatches } from './creation-batches.ts';

const made = (code: string) => ({ ok: true as const, value: { code } as never });

test('what is asked for while a batch runs goes into the next, and each gets its own answer', async () => {
  const batches: string[][] = [];
  const gates: (() => void)[] = [];
  const creations = new CreationBatches(async (links) => {
    batches.push(links.map(({ code }) => code ?? ''));
    await new Promise<void>((open) => gates.push(open));
    return links.map(({ code }) =>
      code === 'taken' ? { ok: false as const, code: 'code_taken', message: 'taken' } : made(code ?? ''),
    );
  });
  const add = (code: string) => creations.add(newLink({ code }));
  const first = [add('a'), add('taken')];
  await Bun.sleep(0);
  const second = [add('b'), add('c'), add('d')];
  while (gates.length > 0 || batches.length < 2) {
    gates.shift()?.();
    await Bun.sleep(0);
  }
  expect(batches).toEqual([
    ['a', 'taken'],
    ['b', 'c', 'd'],
  ]);
  expect((await Promise.all([...first, ...second])).map(({ ok }) => ok)).toEqual([true, false, true, true, true]);
});

test('a batch that fails fails for all in it, and the next one runs', async () => {
  let fails = true;
  const creations = new CreationBatches(async (links) => {
    if (fails) throw new Error('away');
    return links.map(({ code }) => made(code ?? ''));
  });
  const lost = await Promise.allSettled([creations.add(newLink()), creations.add(newLink())]);
  expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fails = false;
  expect(await creations.add(newLink({ code: 'x' }))).toEqual(made('x'));
});
