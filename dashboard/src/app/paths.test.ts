import { expect, test } from 'bun:test';
import { paths } from './paths.ts';

test('every address of the dashboard', () => {
  expect({
    home: paths.home(),
    links: paths.links(),
    link: paths.link('7'),
    linkEdit: paths.linkEdit('7'),
    newLink: paths.newLink(),
    shorten: paths.newLink('https://example.com/'),
    analytics: paths.analytics(),
    filtered: paths.analytics({ country: 'DE', device: 'mobile' }),
    activity: paths.activity(),
    keys: paths.keys(),
    imports: paths.imports(),
    importJob: paths.importJob('3'),
    system: paths.system(),
    signIn: paths.signIn(),
  }).toMatchSnapshot();
});
