import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, HOOK_LIMIT_MS, launchChromium } from '../support/chromium.js';
import { expectAccessible, goTo, openLoggedIn } from '../support/console-page.js';
import { openScene, type Scene } from '../support/scene.js';

const chromium = findChromium();
const HOSTS = [1, 2, 3];

/** As the tutorial's file: three nodes of two devices. */
const TOPOLOGY = {
  clusters: [
    {
      nodes: HOSTS.map((host) => ({
        node: { hostnames: { manage: [`h${host}`], storage: [`10.0.0.${host}`] }, zone: host },
        devices: ['/dev/sdb', '/dev/sdc'],
      })),
    },
  ],
};

/** The preview is about what is in the fields by now. */
async function previewed(page: Page): Promise<void> {
  await page.locator('.beside [aria-busy=false]').first().waitFor();
}

describe.skipIf(chromium === null)('volumes by hand', () => {
  let browser: Browser;
  let scene: Scene;

  beforeAll(async () => {
    browser = await launchChromium(chromium ?? '');
    scene = await openScene({ isFilled: false });
  }, HOOK_LIMIT_MS);

  afterAll(async () => {
    await browser?.close();
    await scene?.end();
  }, HOOK_LIMIT_MS);

  it('from an empty server to a volume with its mount line', async () => {
    const { page, troubles, close } = await openLoggedIn(browser, scene.base);
    await goTo(page, '#/create');
    await page.getByText('There are no nodes yet').waitFor();
    await goTo(page, '#/nodes');
    const buffer = Buffer.from(JSON.stringify(TOPOLOGY));
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'topology.json', mimeType: 'application/json', buffer });
    await page.getByRole('button', { name: 'Load', exact: true }).click();
    await page.getByText(/^Loaded: /).waitFor();

    await goTo(page, '#/create');
    await page.getByLabel('Size in GiB').fill('25');
    await page.getByLabel('Name').fill('first');
    await page.getByText('It fits: 3 bricks').waitFor();
    await previewed(page);
    expect(await page.locator('.size-bar [data-part=planned]').count()).toBe(3);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'first' }).waitFor();
    await page
      .getByText(/^mount -t glusterfs -o backup-volfile-servers=[\d.,]+ 10\.0\.0\.\d:first \/mnt\/first$/)
      .waitFor();
    await page.getByText('Nothing waits to be healed.').waitFor();
    expect(await page.getByText('Set 1', { exact: true }).count()).toBe(3);
    expect(troubles).toEqual([]);
    await close();
  });

  it('says why a volume fits nowhere, device by device, and takes the largest that does', async () => {
    const { page, troubles, close } = await openLoggedIn(browser, scene.base);
    await goTo(page, '#/create');
    await page.getByLabel('Size in GiB').fill('5000');
    await page.getByText('It does not fit').waitFor();
    await previewed(page);
    expect(await page.getByRole('button', { name: 'Create', exact: true }).isDisabled()).toBe(true);
    expect(await page.locator('.device > p').count()).toBe(6);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Take this size' }).click();
    await page.getByText('It fits').waitFor();
    expect(troubles).toEqual([]);
    await close();
  });

  it('expands, clones and deletes, each shown before it is done', async () => {
    const { page, troubles, close } = await openLoggedIn(browser, scene.base);
    await goTo(page, '#/volumes');
    await page.getByRole('link', { name: 'first', exact: true }).click();
    await page.getByRole('button', { name: 'Expand' }).click();
    await page.getByRole('dialog').getByLabel('GiB to add').fill('15');
    await page.getByRole('dialog').getByText('It fits: 3 bricks').waitFor();
    await expectAccessible(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Expand' }).click();
    await page.getByRole('definition').getByText('40 GiB', { exact: true }).waitFor();
    await page.getByText('Set 2', { exact: true }).nth(2).waitFor();

    await page.getByRole('button', { name: 'Clone' }).click();
    await page.getByRole('dialog').getByLabel('Name of the clone').fill('second');
    await page.getByRole('dialog').getByRole('button', { name: 'Clone' }).click();
    await page.getByRole('heading', { level: 1, name: 'second' }).waitFor();
    await page.getByText('Clone of').waitFor();

    await page.getByRole('button', { name: 'Delete' }).click();
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete' });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByRole('dialog').getByLabel('Type the name').fill('second');
    await expectAccessible(page);
    await confirm.click();
    await page.getByRole('heading', { level: 1, name: 'Volumes' }).waitFor();
    await page.getByRole('link', { name: 'second', exact: true }).waitFor({ state: 'detached' });
    expect(troubles).toEqual([]);
    await close();
  });
});

describe.skipIf(chromium === null)('block volumes by hand', () => {
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

  it('makes a block volume in a hosting volume, shows its password on demand only, and deletes it', async () => {
    await scene.client.change('POST', '/volumes', {
      size: 60,
      name: 'hosting',
      block: true,
      durability: { type: 'replicate', replicate: { replica: 3 } },
    });
    const { page, troubles, close } = await openLoggedIn(browser, scene.base);
    await goTo(page, '#/create-block');
    await page.getByLabel('Name').fill('disk');
    await page.getByText('It goes to the hosting volume hosting').waitFor();
    await previewed(page);
    await page.getByRole('button', { name: 'Create a block volume' }).click();
    await page.getByRole('heading', { level: 1, name: 'disk' }).waitFor();
    await page.getByText('••••••••').waitFor();
    await page.getByRole('button', { name: 'Show the password' }).click();
    await page.getByText('••••••••').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('There are no block volumes.').waitFor();
    expect(troubles).toEqual([]);
    await close();
  });
});
