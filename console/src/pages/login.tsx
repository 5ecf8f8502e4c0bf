import { useState } from 'preact/hooks';
import { Refusal } from '../api/failures.js';
import { Field } from '../components/field.js';
import { Brand } from '../components/icons.js';
import { LanguageChoice } from '../components/language-choice.js';
import { FailureNotice, Notice } from '../components/notice.js';
import { useTexts } from '../i18n/language.js';

export interface LoginProps {
  /** Why somebody who was logged in is here again. */
  readonly notice: string | null;
  /** Resolves when the server takes the key. */
  readonly onLogin: (user: string, key: string) => Promise<void>;
}

export function LoginPage({ notice, onLogin }: LoginProps) {
  const { common, login } = useTexts();
  const [isAsking, setAsking] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setAsking(true);
    setFailure(null);
    try {
      await onLogin(String(form.get('user')), String(form.get('key')));
    } catch (error) {
      setFailure(error);
      setAsking(false);
    }
  };
  return (
    <main class="login">
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <div class="brand">
          <Brand />
          {common.appName}
        </div>
        <div class="card stack">
          <div class="row between">
            <h1>{login.title}</h1>
            <LanguageChoice />
          </div>
          <p class="soft">{login.intro}</p>
          {notice === null ? null : <Notice tone="warn" title={notice} isAnnounced />}
          {failure === null ? null : <LoginFailure failure={failure} />}
          <Field label={login.user}>
            {(control) => (
              <input
                {...control}
                name="user"
                defaultValue="admin"
                autocomplete="username"
                autocapitalize="none"
                required
              />
            )}
          </Field>
          <Field label={login.key}>
            {(control) => <input {...control} name="key" type="password" autocomplete="current-password" required />}
          </Field>
          <button type="submit" class="button primary" disabled={isAsking}>
            {isAsking ? login.submitting : login.submit}
          </button>
        </div>
      </form>
    </main>
  );
}

function LoginFailure({ failure }: { readonly failure: unknown }) {
  const { login } = useTexts();
  const isRefused = failure instanceof Refusal;
  return (
    <>
      <FailureNotice title={isRefused ? login.refused : login.notReached} failure={failure} />
      {isRefused && failure.message.includes('Administrator') ? <p class="small">{login.onlyAdmins}</p> : null}
    </>
  );
}
