import { useState } from 'preact/hooks';
import { useTexts } from '../i18n/language.js';

/** A line to be taken elsewhere: a command, a mount line. `label` says what it is. */
export function CopyLine({ text, label }: { readonly text: string; readonly label: string }) {
  const { common } = useTexts();
  const [isCopied, setCopied] = useState(false);
  return (
    <div class="copy-line">
      <code>{text}</code>
      <button
        type="button"
        class="button small"
        aria-label={`${common.copy}: ${label}`}
        onClick={() => void copy(text).then(() => setCopied(true))}
      >
        <span role="status">{isCopied ? common.copied : common.copy}</span>
      </button>
    </div>
  );
}

/** Browsers have a clipboard for pages over https; elsewhere what is selected is copied. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'unseen';
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}
