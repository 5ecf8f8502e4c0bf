import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { useTexts } from '../i18n/language.js';

export interface Crumb {
  readonly title: string;
  readonly href: string;
}

export interface PageProps {
  readonly title: string;
  /** Where this page belongs, the nearest last. */
  readonly crumbs?: readonly Crumb[];
  /** Beside the title. */
  readonly badges?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** Every page is one of these: its title is in the tab, and is where a keyboard or a screen reader begins. */
export function Page({ title, crumbs = [], badges, actions, children }: PageProps) {
  const { common } = useTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  const hash = location.hash.split('?', 1)[0];
  // Before the page is painted: whoever sees its heading, or hears it, finds its title in the tab.
  useLayoutEffect(() => {
    document.title = `${title} · ${common.appName}`;
  }, [title, common]);
  useEffect(() => {
    // Another page was gone to: its beginning is read, unless something in it has asked for the focus.
    if (!document.querySelector('main')?.contains(document.activeElement)) heading.current?.focus();
    scrollTo(0, 0);
  }, [hash]);
  return (
    <>
      <div class="page-head">
        <div>
          {crumbs.length === 0 ? null : (
            <nav class="crumbs" aria-label={common.pages}>
              {crumbs.map((crumb) => (
                <span key={crumb.href}>
                  <a href={crumb.href}>{crumb.title}</a> /{' '}
                </span>
              ))}
            </nav>
          )}
          <div class="row">
            <h1 tabIndex={-1} ref={heading}>
              {title}
            </h1>
            {badges}
          </div>
        </div>
        <div class="row">{actions}</div>
      </div>
      <div class="stack">{children}</div>
    </>
  );
}

export function Card({
  title,
  actions,
  children,
}: {
  readonly title: string;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  return (
    <section class="card">
      <header>
        <h2>{title}</h2>
        {actions === undefined ? null : <div class="row">{actions}</div>}
      </header>
      {children}
    </section>
  );
}

export function Loading() {
  return (
    <p class="empty" role="status" data-loading>
      {useTexts().common.loading} …
    </p>
  );
}
