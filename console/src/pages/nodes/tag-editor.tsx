import { useState } from 'preact/hooks';
import { useTexts } from '../../i18n/language.js';
import { useSession } from '../../state/session.js';

/** Tags of a node or device, of which each can be set and removed. `path`: `/nodes/ID` or `/devices/ID`. */
export function TagEditor({
  path,
  name,
  tags,
}: {
  readonly path: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}) {
  const { nodes: texts } = useTexts();
  const { changes } = useSession();
  const [isOpen, setOpen] = useState(false);
  const change = async (body: object): Promise<void> => {
    await changes.run({ title: texts.tagging(name), method: 'POST', path: `${path}/tags`, body }).catch(() => null);
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setOpen(false);
    void change({ change_type: 'update', tags: { [String(form.get('name'))]: String(form.get('value')) } });
  };
  return (
    <div class="row">
      {Object.entries(tags).map(([tag, value]) => (
        <span key={tag} class="badge">
          {tag}: {value}
          <button
            type="button"
            class="button quiet small"
            aria-label={texts.tagRemove(tag)}
            onClick={() => void change({ change_type: 'delete', tags: { [tag]: '' } })}
          >
            ✕
          </button>
        </span>
      ))}
      {isOpen ? (
        <form class="row" onSubmit={submit}>
          <input
            class="search"
            name="name"
            aria-label={texts.tagName}
            placeholder={texts.tagName}
            pattern="[a-zA-Z0-9_.\-]+"
            maxLength={32}
            required
          />
          <input class="search" name="value" aria-label={texts.tagValue} placeholder={texts.tagValue} maxLength={64} />
          <button type="submit" class="button small">
            {texts.tagSet}
          </button>
        </form>
      ) : (
        <button type="button" class="button small" onClick={() => setOpen(true)}>
          {texts.addTag}
        </button>
      )}
    </div>
  );
}
