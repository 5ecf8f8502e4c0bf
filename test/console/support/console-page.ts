import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';

export const KEYS = { admin: 'the-admin-key', user: 'the-user-key' };

export interface PageSettings {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  readonly language?: 'en' | 'zh-CN';
}

export interface ConsolePage {
  readonly page: Page;
  /** Requests to anybody but the server, errors of the script, and what the page's policy has refused. */
  readonly troubles: readonly string[];
  close(): Promise<void>;
}

/** The console in a browser of its own, at its login. */
export async function openConsole(
  browser: Browser,
  base: string,
  { width = 1280, height = 800, scheme = 'light', language = 'en' }: PageSettings = {},
): Promise<ConsolePage> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    locale: language,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(`${base}/`)) troubles.push(`asked ${request.url()}`);
  });
  page.on('pageerror', (error) => troubles.push(`threw ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    // An answer that refuses is one, too.
    if (message.type() === 'error' && !/^Failed to load resource/.test(message.text())) troubles.push(message.text());
  });
  await page.goto(`${base}/console/`);
  return { page, troubles, close: () => context.close() };
}

export async function logIn(page: Page, key = KEYS.admin): Promise<void> {
  await page.locator('input[name=key]').fill(key);
  await page.locator('button[type=submit]').click();
}

/** Opens the console and logs in. */
export async function openLoggedIn(browser: Browser, base: string, settings?: PageSettings): Promise<ConsolePage> {
  const opened = await openConsole(browser, base, settings);
  await logIn(opened.page);
  await settled(opened.page);
  return opened;
}

/** Waits until the page that is open shows what it is about. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main#content h1').waitFor();
  await page.locator('[data-loading]').first().waitFor({ state: 'detached' });
}

/** Opens another page of the console, as a link to it would. */
export async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await settled(page);
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeFinding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Fails where a page keeps people out: axe finds nothing that is serious. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate('axe.run(document)')) as { violations: readonly AxeFinding[] };
  const told = violations.map(({ id, impact, nodes }) => ({
    id,
    impact,
    nodes: nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`),
  }));
  expect(told.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);
}
