import { useSyncExternalStore } from 'react';
import { regionalLocale } from '../format/regional-locale.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

/** What a person chose on this browser. */
export interface Preferences {
  theme: Theme;
  language: Language;
  /** IANA zone of days and hours. */
  timeZone: string;
  /** Whether single keys act without a modifier. Source: WCAG 2.2, 2.1.4: it must be possible to turn them off. */
  singleKeys: boolean;
}

const KEY = 'waymark.preferences';
const listeners = new Set<() => void>();
let current = read();

function defaults(): Preferences {
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in LANGUAGES);
  return {
    theme: 'system',
    language: (spoken ?? 'en') as Language,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC',
    singleKeys: true,
  };
}

function read(): Preferences {
  const base = defaults();
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>;
    return {
      theme: THEMES.find((theme) => theme === kept.theme) ?? base.theme,
      language: kept.language !== undefined && kept.language in LANGUAGES ? kept.language : base.language,
      timeZone: typeof kept.timeZone === 'string' && isTimeZone(kept.timeZone) ? kept.timeZone : base.timeZone,
      singleKeys: typeof kept.singleKeys === 'boolean' ? kept.singleKeys : base.singleKeys,
    };
  } catch {
    return base; // No storage, or not ours.
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export function preferences(): Preferences {
  return current;
}

/** Changes and keeps. Where the browser keeps nothing, the change lasts until the page is left. */
export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Private windows may refuse; nothing is lost but the wish.
  }
  applyTheme();
  for (const listener of listeners) listener();
}

/** The chosen language as this browser's region writes it: a Briton's English has the day before the month. */
export function locale(): string {
  return regionalLocale(current.language, navigator.languages);
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const dark = matchMedia('(prefers-color-scheme: dark)');
dark.addEventListener('change', applyTheme);

/** Puts the theme on the document; charts that draw on a canvas listen for `waymark:theme`. */
export function applyTheme(): void {
  const isDark = current.theme === 'dark' || (current.theme === 'system' && dark.matches);
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
  document.dispatchEvent(new Event('waymark:theme'));
}
