import activity from './de/activity.json';
import analytics from './de/analytics.json';
import common from './de/common.json';
import errors from './de/errors.json';
import home from './de/home.json';
import imports from './de/imports.json';
import keys from './de/keys.json';
import link from './de/link.json';
import links from './de/links.json';
import shell from './de/shell.json';
import signIn from './de/sign-in.json';
import system from './de/system.json';

export const de = { activity, analytics, common, errors, home, imports, keys, link, links, shell, signIn, system };
