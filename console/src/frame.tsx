import { useEffect, useState } from 'preact/hooks';
import { Brand, Icon } from './components/icons.js';
import { LanguageChoice } from './components/language-choice.js';
import { Notice } from './components/notice.js';
import { Page } from './components/page.js';
import { Tray } from './components/tray.js';
import { useTexts } from './i18n/language.js';
import { PAGES, pageAt } from './pages/pages.js';
import { hrefTo, type Route, useRoute } from './routing/route.js';
import { useSession } from './state/session.js';
import { useStore } from './state/store.js';

/** What stands around every page. `onLogOut`: null where nobody had to log in. */
export function Frame({ onLogOut }: { readonly onLogOut: (() => void) | null }) {
  const { common } = useTexts();
  const { user, connection, liveness } = useSession();
  const isLost = useStore(connection.state) === 'lost';
  const isLive = useStore(liveness) === 'live' && !isLost;
  const route = useRoute();
  const [isMenuOpen, setMenuOpen] = useState(false);
  useEffect(() => setMenuOpen(false), [location.hash]);
  return (
    <div class="frame">
      <button type="button" class="skip" onClick={() => document.getElementById('content')?.focus()}>
        {common.skipToContent}
      </button>
      <header class="bar">
        <button
          type="button"
          class="button menu-button"
          aria-expanded={isMenuOpen}
          aria-controls="pages"
          onClick={() => setMenuOpen(!isMenuOpen)}
        >
          {common.openMenu}
        </button>
        <a class="brand" href={hrefTo([])} aria-label={common.appName}>
          <Brand />
          <span>{common.appName}</span>
        </a>
        <span class="liveness" data-state={isLive ? 'live' : 'waiting'} role="status">
          {isLive ? common.live : common.waiting}
        </span>
        <LanguageChoice />
        {onLogOut === null ? null : (
          <button type="button" class="button small" title={common.loggedInAs(user ?? '')} onClick={onLogOut}>
            {common.logOut}
          </button>
        )}
      </header>
      <nav class="pages" id="pages" aria-label={common.pages} data-open={isMenuOpen}>
        <PageList route={route} />
      </nav>
      <main id="content" tabIndex={-1}>
        {isLost ? (
          <div class="stack outage">
            <Notice tone="warn" title={common.connectionLost} isAnnounced />
          </div>
        ) : null}
        <PageAt route={route} />
      </main>
      <Tray />
    </div>
  );
}

function PageList({ route }: { readonly route: Route }) {
  const { navigation } = useTexts();
  const current = pageAt(route)?.page;
  return (
    <ul>
      {PAGES.map(({ name, icon }) =>
        icon === undefined ? null : (
          <li key={name}>
            <a
              href={hrefTo(name === '' ? [] : [name])}
              aria-current={
                current !== undefined && (current.name === name || current.under === name) ? 'page' : undefined
              }
            >
              <Icon name={icon} />
              {navigation[icon]}
            </a>
          </li>
        ),
      )}
    </ul>
  );
}

function PageAt({ route }: { readonly route: Route }) {
  const { common } = useTexts();
  const found = pageAt(route);
  if (found === null) {
    return (
      <Page title={common.pageNotFound}>
        <p>
          <a href={hrefTo([])}>{common.toOverview}</a>
        </p>
      </Page>
    );
  }
  const { View } = found.page;
  return <View key={route.segments.join('/')} id={found.id} query={route.query} />;
}
