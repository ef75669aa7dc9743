import i18next from 'i18next';
import { type Language, preferences } from '../app/preferences.ts';
import { en } from './en.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

/** Loads the chosen language; English is always there, for what another one lacks. */
export async function loadLanguage(language: Language = preferences().language): Promise<void> {
  const other = language === 'de' ? (await import('./de.ts')).de : null;
  await i18next.init({
    lng: language,
    fallbackLng: 'en',
    resources: { en: { translation: en }, ...(other && { [language]: { translation: other } }) },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  document.documentElement.lang = language;
}

/** The text of a key in the chosen language. A change of language loads the page again. */
export const t = i18next.t.bind(i18next) as typeof i18next.t;
