/**
 * Languages. Every text of the console is in `src/locales/<language>/<feature>.json`; a language is one chunk, loaded
 * when it is chosen. Adding one is a folder, a line here, and, where it is written from the right, its direction.
 */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

import type en from '../locales/en';

export const languages = {
  en: { name: 'English', dir: 'ltr' },
  hi: { name: 'हिन्दी', dir: 'ltr' },
} as const satisfies Record<string, { name: string; dir: 'ltr' | 'rtl' }>;

export type Language = keyof typeof languages;

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: typeof en;
    enableSelector: false;
  }
}

const loaders: Record<Language, () => Promise<{ default: Record<string, object> }>> = {
  en: () => import('../locales/en'),
  hi: () => import('../locales/hi'),
};

const storageKey = 'bellbird-language';

function isLanguage(word: string | null | undefined): word is Language {
  return word != null && word in languages;
}

/** What somebody chose before, else the first language of the browser that we have. */
export function preferredLanguage(): Language {
  const stored = localStorage.getItem(storageKey);
  if (isLanguage(stored)) return stored;
  return navigator.languages.map((tag) => tag.split('-')[0]).find(isLanguage) ?? 'en';
}

export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: {},
    defaultNS: 'common',
    partialBundledLanguages: true,
    lng: undefined,
    fallbackLng: 'en',
    interpolation: { escapeValue: false },
  });
  await applyLanguage(preferredLanguage());
}

/** Changes the language of everything, and of the document for screen readers and hyphenation. */
export async function applyLanguage(language: Language): Promise<void> {
  const { default: resources } = await loaders[language]();
  for (const [namespace, texts] of Object.entries(resources)) {
    i18next.addResourceBundle(language, namespace, texts, true, true);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  document.documentElement.dir = languages[language].dir;
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(storageKey, language);
  await applyLanguage(language);
}
