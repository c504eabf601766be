/**
 * Languages. Every text of the console is in `src/locales/<language>/<feature>.json`; a language is two chunks: what
 * everybody sees is loaded when it is chosen, the texts of rarely opened pages (`later.ts`) with the first of these.
 * Adding one is a folder, two lines here, and, where it is written from the right, its direction.
 */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

import type en from '../locales/en';
import type later from '../locales/en/later';

export const languages = {
  en: { name: 'English', dir: 'ltr' },
  hi: { name: 'हिन्दी', dir: 'ltr' },
} as const satisfies Record<string, { name: string; dir: 'ltr' | 'rtl' }>;

export type Language = keyof typeof languages;

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: typeof en & typeof later;
    enableSelector: false;
  }
}

type Loaders = Record<Language, () => Promise<{ default: Record<string, object> }>>;

const loaders: Loaders = {
  en: () => import('../locales/en'),
  hi: () => import('../locales/hi'),
};

const laterLoaders: Loaders = {
  en: () => import('../locales/en/later'),
  hi: () => import('../locales/hi/later'),
};

/** Whether a page was opened that needs them; then they come with every language chosen afterwards, too. */
let laterWanted = false;

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
  await add(language, loaders);
  if (laterWanted) await add(language, laterLoaders);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  document.documentElement.dir = languages[language].dir;
}

async function add(language: Language, from: Loaders): Promise<void> {
  const { default: resources } = await from[language]();
  for (const [namespace, texts] of Object.entries(resources)) {
    i18next.addResourceBundle(language, namespace, texts, true, true);
  }
}

/** Loads a page together with the texts of `later.ts`. */
export async function withLaterTexts<T>(page: Promise<T>): Promise<T> {
  laterWanted = true;
  if (isLanguage(i18next.language)) await add(i18next.language, laterLoaders);
  return page;
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(storageKey, language);
  await applyLanguage(language);
}
