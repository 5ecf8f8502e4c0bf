import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, HOOK_LIMIT_MS, launchChromium } from '../support/chromium.js';
import { expectAccessible, goTo, openLoggedIn } from '../support/console-page.js';
import { makeVolume, openScene, type Scene } from '../support/scene.js';

const chromium = findChromium();

/** Hashes of all pages; NODE, DEVICE, VOLUME and BLOCK stand for ids. */
const PAGES = [
  '#/',
  '#/volumes',
  '#/volumes/VOLUME',
  '#/create',
  '#/blockvolumes',
  '#/blockvolumes/BLOCK',
  '#/create-block',
  '#/nodes',
  '#/nodes/NODE',
  '#/devices/DEVICE',
  '#/operations',
  '#/events',
  '#/differences',
  '#/audit',
  '#/no-such-page',
];

const LOOKS = [
  { width: 360, scheme: 'light', language: 'en' },
  { width: 360, scheme: 'dark', language: 'zh-CN' },
  { width: 1280, scheme: 'dark', language: 'en' },
  { width: 3840, scheme: 'light', language: 'zh-CN' },
] as const;

describe.skipIf(chromium === null)('every page', () => {
  let browser: Browser;
  let scene: Scene;
  let ids: { readonly NODE: string; readonly DEVICE: string; readonly VOLUME: string; readonly BLOCK: string };

  beforeAll(async () => {
    browser = await launchChromium(chromium ?? '');
    scene = await openScene();
    const VOLUME = await makeVolume(scene.client, {
      size: 20,
      durability: { type: 'replicate', replicate: { replica: 3 } },
    });
    await makeVolume(scene.client, {
      size: 60,
      block: true,
      durability: { type: 'replicate', replicate: { replica: 3 } },
    });
    const left = await scene.client.change('POST', '/blockvolumes', { size: 5, auth: true });
    const BLOCK = left?.split('/').at(-1) ?? '';
    const { clusters } = await scene.client.get<{
      clusters: { nodes: { id: string; devices: { id: string; bricks: unknown[] }[] }[] }[];
    }>('/topology');
    const node = clusters[0]?.nodes[0];
    ids = {
      NODE: node?.id ?? '',
      DEVICE: node?.devices.find(({ bricks }) => bricks.length > 0)?.id ?? '',
      VOLUME,
      BLOCK,
    };
  }, HOOK_LIMIT_MS);

  afterAll(async () => {
    await browser?.close();
    await scene?.end();
  }, HOOK_LIMIT_MS);

  it.each(LOOKS)('keeps nobody out and stays within the screen: $width px, $scheme, $language', async (look) => {
    const { page, troubles, close } = await openLoggedIn(browser, scene.base, { ...look, height: 900 });
    for (const place of PAGES) {
      await goTo(
        page,
        place.replace(/NODE|DEVICE|VOLUME|BLOCK/, (name) => ids[name as keyof typeof ids]),
      );
      await expectAccessible(page);
      expect(await page.evaluate('document.documentElement.scrollWidth'), place).toBeLessThanOrEqual(look.width);
    }
    expect(troubles).toEqual([]);
    await close();
  });

  it('is reached by the keyboard alone, and begins at its title', async () => {
    const { page, troubles, close } = await openLoggedIn(browser, scene.base);
    const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
    for (const name of await links.allInnerTexts()) {
      await links.getByText(name, { exact: true }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
      expect(await page.title()).toBe(`${name} · Mortar`);
    }
    await page.getByRole('button', { name: 'Skip to the content' }).focus();
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('content');
    expect(troubles).toEqual([]);
    await close();
  });
});
