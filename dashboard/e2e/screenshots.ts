import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DESKTOP, openDashboard, PHONE } from './dashboard.ts';
import { knownPages, makeImport } from './pages.ts';
import { settled } from './settled.ts';

// Pictures of every page in both themes and widths, of a full installation and an empty one, to be looked at.
//   bun dashboard/e2e/screenshots.ts [DIRECTORY] [WORD IN THE NAME]
const [directory = join(import.meta.dirname, '../screenshots'), word = ''] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });

for (const fill of ['full', 'empty'] as const) {
  await using dashboard = await openDashboard(fill === 'full' ? { sample: { clicks: 200_000, links: 3000 } } : {});
  if (fill === 'empty')
    await dashboard.api.links.create({ url: 'https://example.com/' }).then(({ id }) => dashboard.api.links.delete(id));
  const ids = { linkId: '1', importId: fill === 'full' ? await makeImport(dashboard.api) : '1' };
  const pages = knownPages(ids).filter(
    ({ name }) =>
      fill === 'full' || ['home', 'links', 'analytics', 'activity', 'imports', 'keys', 'system'].includes(name),
  );
  for (const { name, path, signedIn } of pages) {
    for (const theme of ['light', 'dark'] as const) {
      for (const [width, size] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
        const file = `${name}-${fill}-${theme}-${width}.png`;
        if (!file.includes(word)) continue;
        const page = await dashboard.open(path, {
          theme,
          size,
          signedIn,
          language: theme === 'dark' && width === 'phone' ? 'de' : 'en',
        });
        await settled(page).catch((error) => console.error(`${file}: ${error}`));
        await page.screenshot({ path: join(directory, file), fullPage: true });
        console.log(file);
        await page.context().close();
      }
    }
  }
  for (const problem of dashboard.problems) console.error(problem);
}
