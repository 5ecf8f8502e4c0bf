import { Store, useStore } from '../state/store.js';
import { chinese } from './chinese.js';
import { type Dictionary, english } from './dictionary.js';

export type LanguageTag = 'en' | 'zh-CN';

interface Language {
  /** In itself. */
  readonly name: string;
  readonly texts: Dictionary;
}

export const LANGUAGES: Readonly<Record<LanguageTag, Language>> = {
  en: { name: 'English', texts: english },
  'zh-CN': { name: '中文', texts: chinese },
};

/** Kept in the browser: a choice, and no secret. */
const STORAGE_KEY = 'mortar-language';

export const language = new Store<LanguageTag>(firstChoice());
show(language.get());

export function chooseLanguage(tag: LanguageTag): void {
  try {
    localStorage.setItem(STORAGE_KEY, tag);
  } catch {
    // a browser that keeps nothing
  }
  show(tag);
  language.set(tag);
}

/** All texts, in the language that was chosen. */
export function useTexts(): Dictionary {
  return LANGUAGES[useStore(language)].texts;
}

function firstChoice(): LanguageTag {
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(STORAGE_KEY);
  } catch {
    // a browser that keeps nothing
  }
  if (kept === 'en' || kept === 'zh-CN') return kept;
  return navigator.languages
    .find((tag) => /^(en|zh)\b/i.test(tag))
    ?.toLowerCase()
    .startsWith('zh')
    ? 'zh-CN'
    : 'en';
}

function show(tag: LanguageTag): void {
  document.documentElement.lang = tag;
}
