import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, HOOK_LIMIT_MS, launchChromium } from '../support/chromium.js';
import { goTo, openLoggedIn } from '../support/console-page.js';
import { makeVolume, openScene, type Scene } from '../support/scene.js';

const chromium = findChromium();
const IMAGES = resolve(import.meta.dirname, '../../../docs/images');

/** MORTAR_SCREENSHOTS=write takes those of the documents anew. */
const writes = process.env['MORTAR_SCREENSHOTS'] === 'write';

/** Sizes of volumes in GiB, so that there is something to be seen. */
const VOLUMES = [120, 33, 250, 80, 400, 60, 18, 150];

const SHOTS = [
  { file: 'console-overview.png', scheme: 'light', open: async () => undefined },
  { file: 'console-overview-dark.png', scheme: 'dark', open: async () => undefined },
  {
    file: 'console-plan.png',
    scheme: 'light',
    async open(page: Page) {
      await page.getByRole('link', { name: '/dev/sdb' }).first().click();
      await page.getByRole('button', { name: 'Empty and take out of service' }).click();
      await page.getByRole('dialog').getByText('All bricks can be moved now.').waitFor();
    },
  },
  {
    file: 'console-events.png',
    scheme: 'light',
    open: (page: Page) => goTo(page, '#/events'),
  },
] as const;

describe.skipIf(chromium === null)('pictures of the documents', () => {
  let browser: Browser;
  let scene: Scene;
  const folder = writes ? IMAGES : mkdtempSync(join(tmpdir(), 'mortar-screenshots-'));

  beforeAll(async () => {
    browser = await launchChromium(chromium ?? '');
    scene = await openScene({ hosts: 6, devices: 3, sizeGib: 500 });
    for (const size of VOLUMES)
      await makeVolume(scene.client, { size, durability: { type: 'replicate', replicate: { replica: 3 } } });
  }, HOOK_LIMIT_MS);

  afterAll(async () => {
    await browser?.close();
    await scene?.end();
    if (!writes) rmSync(folder, { recursive: true, force: true });
  }, HOOK_LIMIT_MS);

  it.each(SHOTS)('$file can be taken, and is there', async ({ file, scheme, open }) => {
    const { page, troubles, close } = await openLoggedIn(browser, scene.base, { width: 1440, height: 900, scheme });
    await page
      .getByRole('img', { name: /GiB booked/ })
      .first()
      .waitFor();
    await open(page);
    await page.screenshot({ path: join(folder, file) });
    expect(existsSync(join(IMAGES, file))).toBe(true);
    expect(troubles).toEqual([]);
    await close();
  });
});
