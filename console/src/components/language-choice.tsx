import { chooseLanguage, LANGUAGES, type LanguageTag, language, useTexts } from '../i18n/language.js';
import { useStore } from '../state/store.js';

/** All languages, each in itself. */
export function LanguageChoice() {
  const { common } = useTexts();
  const chosen = useStore(language);
  return (
    <select
      class="select-quiet"
      aria-label={common.language}
      value={chosen}
      onChange={(event) => chooseLanguage(event.currentTarget.value as LanguageTag)}
    >
      {Object.entries(LANGUAGES).map(([tag, { name }]) => (
        <option key={tag} value={tag} lang={tag}>
          {name}
        </option>
      ))}
    </select>
  );
}
