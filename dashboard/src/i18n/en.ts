import activity from './en/activity.json';
import analytics from './en/analytics.json';
import common from './en/common.json';
import errors from './en/errors.json';
import home from './en/home.json';
import imports from './en/imports.json';
import keys from './en/keys.json';
import link from './en/link.json';
import links from './en/links.json';
import shell from './en/shell.json';
import signIn from './en/sign-in.json';
import system from './en/system.json';

export const en = { activity, analytics, common, errors, home, imports, keys, link, links, shell, signIn, system };
