/** Texts by key, at any depth. */
export interface Texts {
  [key: string]: string | Texts;
}

type Load = () => Promise<{ default: Texts }>;

/** The catalogue: a file for each language and area, loaded when a page of the area is. */
const CATALOGUE = {
  en: {
    activity: () => import('./en/activity.json'),
    analytics: () => import('./en/analytics.json'),
    common: () => import('./en/common.json'),
    errors: () => import('./en/errors.json'),
    home: () => import('./en/home.json'),
    imports: () => import('./en/imports.json'),
    keys: () => import('./en/keys.json'),
    link: () => import('./en/link.json'),
    links: () => import('./en/links.json'),
    shell: () => import('./en/shell.json'),
    signIn: () => import('./en/sign-in.json'),
    system: () => import('./en/system.json'),
  },
  de: {
    activity: () => import('./de/activity.json'),
    analytics: () => import('./de/analytics.json'),
    common: () => import('./de/common.json'),
    errors: () => import('./de/errors.json'),
    home: () => import('./de/home.json'),
    imports: () => import('./de/imports.json'),
    keys: () => import('./de/keys.json'),
    link: () => import('./de/link.json'),
    links: () => import('./de/links.json'),
    shell: () => import('./de/shell.json'),
    signIn: () => import('./de/sign-in.json'),
    system: () => import('./de/system.json'),
  },
} satisfies Record<string, Record<string, Load>>;

/** A page's, or what several share. */
export type Area = keyof typeof CATALOGUE.en;

/** The texts of one area. `language` that the catalogue lacks is English. */
export async function textsOf(language: string, area: Area): Promise<Texts> {
  const areas: Record<Area, Load> = language === 'de' ? CATALOGUE.de : CATALOGUE.en;
  return (await areas[area]()).default;
}
