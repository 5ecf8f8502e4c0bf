import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, HOOK_LIMIT_MS, launchChromium } from '../support/chromium.js';
import { expectAccessible, logIn, openConsole, openLoggedIn } from '../support/console-page.js';
import { makeVolume, openScene, type Scene } from '../support/scene.js';

const chromium = findChromium();

describe.skipIf(chromium === null)('the console in a browser', () => {
  let browser: Browser;
  let scene: Scene;

  beforeAll(async () => {
    browser = await launchChromium(chromium ?? '');
    scene = await openScene();
  }, HOOK_LIMIT_MS);

  afterAll(async () => {
    await browser?.close();
    await scene?.end();
  }, HOOK_LIMIT_MS);

  it('refuses a wrong key with the words of the server, and takes the right one', async () => {
    const { page, troubles, close } = await openConsole(browser, scene.base);
    await expectAccessible(page);
    await logIn(page, 'wrong');
    await page.getByRole('alert').getByText('signature is invalid').waitFor();
    await expectAccessible(page);
    await logIn(page);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(troubles).toEqual([]);
    await close();
  });

  it('draws each node with its devices, and what is booked as soon as a volume is made', async () => {
    const { page, troubles, close } = await openLoggedIn(browser, scene.base);
    for (const host of ['h1', 'h2', 'h3'])
      await page.getByRole('article').getByRole('link', { name: host, exact: true }).waitFor();
    expect(await page.getByRole('img', { name: '/dev/sdb: 0 KiB booked' }).count()).toBe(3);

    await makeVolume(scene.client, { size: 50, durability: { type: 'replicate', replicate: { replica: 3 } } });
    await page
      .getByRole('img', { name: /50\.\d GiB booked/ })
      .nth(2)
      .waitFor();
    await expectAccessible(page);
    expect(troubles).toEqual([]);
    await close();
  });
});
