import fc from 'fast-check';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, HOOK_LIMIT_MS, launchChromium } from '../support/chromium.js';
import { goTo, openLoggedIn } from '../support/console-page.js';
import { makeVolume, openScene, type Scene } from '../support/scene.js';

const chromium = findChromium();
const SEED = 20;
const TRIES = 6;

/** Markup that would show itself: by an element that the console never makes, or by running. */
const markup = fc
  .array(
    fc.constantFrom(
      '<img src=x onerror="window.broken=1">',
      '<script>window.broken=1</script>',
      '"><svg onload=window.broken=1>',
      "'-window.broken-'",
      '</title><iframe srcdoc="<b>x</b>">',
      '&lt;b&gt;',
      '{{7*7}}',
      'javascript:window.broken=1',
      '__proto__',
      'constructor',
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => parts.join(' '));

const words = fc.record({ name: markup, option: markup, tag: markup, clientName: markup, refusal: markup });

describe.skipIf(chromium === null)('whatever names, tags, options and refusals hold', () => {
  let browser: Browser;
  let scene: Scene;
  let id: string;

  beforeAll(async () => {
    browser = await launchChromium(chromium ?? '');
    scene = await openScene();
    id = await makeVolume(scene.client, { size: 20, name: 'NAME' });
  }, HOOK_LIMIT_MS);

  afterAll(async () => {
    await browser?.close();
    await scene?.end();
  }, HOOK_LIMIT_MS);

  it(`is shown as text (seed ${SEED})`, async () => {
    for (const { name, option, tag, clientName, refusal } of fc.sample(words, { seed: SEED, numRuns: TRIES })) {
      const { page, troubles, close } = await openLoggedIn(browser, scene.base);
      // The server refuses such names; a database that was imported may hold them.
      await page.route('**/topology', async (route) => {
        const answer = (await (await route.fetch()).json()) as {
          clusters: { volumes: object[]; nodes: object[] }[];
        };
        for (const cluster of answer.clusters) {
          cluster.volumes = cluster.volumes.map((volume) => ({
            ...volume,
            name,
            client_name: clientName,
            glustervolumeoptions: [option],
          }));
          cluster.nodes = cluster.nodes.map((node) => ({ ...node, tags: { [tag]: tag } }));
        }
        await route.fulfill({ json: answer });
      });
      await page.route('**/health', (route) => route.fulfill({ status: 500, contentType: 'text/html', body: refusal }));
      await page.route('**/placements**', (route) => route.fulfill({ status: 400, body: refusal }));
      await page.reload();
      await page.locator('input[name=key]').fill('the-admin-key');
      await page.locator('button[type=submit]').click();
      await goTo(page, '#/volumes');
      await page.getByRole('link', { name, exact: true }).waitFor();
      await goTo(page, `#/volumes/${id}`);
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
      await page.getByText(option, { exact: true }).first().waitFor();
      await page.getByText(refusal, { exact: true }).first().waitFor();
      await goTo(page, '#/create');
      await page.getByText(refusal, { exact: true }).first().waitFor();
      await goTo(page, '#/nodes');
      await page.getByText(`${tag}: ${tag}`, { exact: true }).first().waitFor();
      expect(await page.evaluate('window.broken')).toBeUndefined();
      expect(await page.locator('img[src], iframe, main script, svg[onload]').count()).toBe(0);
      expect(troubles).toEqual([]);
      await close();
    }
  });
});
