/** Every page of the dashboard by its path below /app, with the heading that shows it is there. */
export interface KnownPage {
  name: string;
  path: string;
  heading: RegExp;
  signedIn: boolean;
}

/** `linkId`, `importId`: of a link and an import job that exist. */
export function knownPages({ linkId, importId }: { linkId: string; importId: string }): KnownPage[] {
  const page = (name: string, path: string, heading: RegExp, signedIn = true) => ({ name, path, heading, signedIn });
  return [
    page('sign-in', '/sign-in', /Sign in/, false),
    page('home', '/', /Home/),
    page('links', '/links', /Links/),
    page('new-link', '/links/new', /New link/),
    page('link', `/links/${linkId}`, /./),
    page('link-edit', `/links/${linkId}?edit=1`, /./),
    page('analytics', '/analytics', /Analytics/),
    page('analytics-filtered', '/analytics?filter=country:DE&filter=device:mobile', /Analytics/),
    page('activity', '/activity', /Activity/),
    page('imports', '/imports', /Imports and exports/),
    page('import', `/imports/${importId}`, /./),
    page('keys', '/keys', /API keys/),
    page('system', '/system', /System/),
    page('not-found', '/nowhere', /There is nothing here/),
  ];
}

const CSV = [
  'url,code,title',
  'https://example.com/one,import-one,One',
  'https://example.com/two,import-two,Two',
  'no address,import-three,Three',
  'https://example.com/four,x,Too short a code',
].join('\n');

/** Makes an import job in its preview, for pages that show one. Shape: two good rows, two that are refused. */
export async function makeImport(api: {
  imports: { upload(file: string, options: { fileName: string }): Promise<{ id: string }> };
}): Promise<string> {
  return (await api.imports.upload(CSV, { fileName: 'list.csv' })).id;
}
