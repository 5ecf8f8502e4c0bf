import { useEffect, useState } from 'preact/hooks';
import { Frame } from './frame.js';
import { useTexts } from './i18n/language.js';
import { LoginPage } from './pages/login.js';
import { beginSession, type Session, SessionContext } from './state/session.js';

/** A page for who has logged in, and the login for who has not; a server that asks nobody begins at once. */
export function App({ asksForTokens }: { readonly asksForTokens: boolean }) {
  const { login } = useTexts();
  const [session, setSession] = useState<Session | null>(null);
  const [notice, setNotice] = useState<string | null>(null);

  const begin = async (user: string, key: string): Promise<void> => {
    const begun = await beginSession(asksForTokens ? { user, key } : null, () => {
      begun.end();
      setSession(null);
      setNotice(login.ended);
    });
    setNotice(null);
    setSession(begun);
  };
  const end = (): void => {
    session?.end();
    setSession(null);
  };
  useEffect(() => {
    if (!asksForTokens) void begin('', '').catch(() => undefined);
  }, [asksForTokens]);

  if (session === null) return <LoginPage notice={notice} onLogin={begin} />;
  return (
    <SessionContext.Provider value={session}>
      <Frame onLogOut={session.user === null ? null : end} />
    </SessionContext.Provider>
  );
}
