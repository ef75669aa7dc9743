import i18next from 'i18next';
import { type Language, preferences } from '../app/preferences.ts';
import { formatCount } from '../format/numbers.ts';
import type { en } from './en.ts';
import { type Area, type Texts, textsOf } from './texts.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

/** What is said on every page. */
const EVERYWHERE: readonly Area[] = ['common', 'errors', 'shell'];

/** Loads what every page says in the chosen language. */
export async function loadLanguage(language: Language = preferences().language): Promise<void> {
  await i18next.init({
    lng: language,
    resources: {},
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  // As everywhere else on the page: by the region, not by the language alone.
  i18next.services.formatter?.add('number', (value: number) => formatCount(value));
  await loadTexts(EVERYWHERE);
  document.documentElement.lang = language;
}

/** Loads the texts of areas, once. A page waits for its own before it is shown. */
export async function loadTexts(areas: readonly Area[]): Promise<void> {
  const { language } = i18next;
  const missing = areas.filter((area) => !i18next.exists(area, { returnObjects: true }));
  const texts = await Promise.all(
    missing.map(async (area): Promise<Texts> => ({ [area]: await textsOf(language, area) })),
  );
  for (const each of texts) i18next.addResourceBundle(language, 'translation', each, true);
}

/** The text of a key in the chosen language. A change of language loads the page again. */
export const t = i18next.t.bind(i18next) as typeof i18next.t;
