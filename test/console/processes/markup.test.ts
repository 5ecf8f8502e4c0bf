import fc from 'fast-check';
import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, HOOK_LIMIT_MS, launchChromium } from '../support/chromium.js';
import { goTo, openLoggedIn } from '../support/console-page.js';
import { makeVolume, openScene, type Scene } from '../support/scene.js';

const chromium = findChromium();

/** Whatever gets into a document as more than text would show by one of these. */
const MARKUP = [
  '<img src=x onerror="globalThis.wasRun=1">',
  '<script>globalThis.wasRun=1</script>',
  '"><svg onload=globalThis.wasRun=1>',
  "' onmouseover='globalThis.wasRun=1",
  'javascript:globalThis.wasRun=1',
  '</title></textarea><b class="injected">bold</b>',
  '{{constructor.constructor("globalThis.wasRun=1")()}}',
  '&lt;b&gt; &amp; \u202e\u0000\ufffd',
];

const hostile = fc
  .tuple(fc.constantFrom(...MARKUP), fc.string({ unit: 'binary', maxLength: 20 }))
  .map(([markup, noise]) => `${noise}${markup}`);

/** Members that are looked up, and not shown as they are. */
const KEPT = new Set([
  'id',
  'cluster',
  'node',
  'device',
  'volume',
  'state',
  'type',
  'kind',
  'condition',
  'outcome',
  'status',
  'sub_status',
  'time',
  'nodeId',
  'deviceId',
  'checkedAt',
  'clusterId',
  'brickId',
  'volumeId',
  'startedAt',
  'finishedAt',
  'next_try',
]);

/** A text that is hostile in the place of every text that is shown. */
function poisoned(value: unknown, text: string, name = ''): unknown {
  if (typeof value === 'string') return KEPT.has(name) ? value : text;
  if (Array.isArray(value)) return value.map((item) => poisoned(item, text, name));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, member]): [string, unknown] => [key, poisoned(member, text, key)]);
  return Object.fromEntries(name === 'tags' ? [...entries, [text, text]] : entries);
}

describe.skipIf(chromium === null)('what is hostile in the words of a server', () => {
  let browser: Browser;
  let scene: Scene;
  let page: Page;
  let troubles: readonly string[];
  let text = '';
  let ids: { readonly NODE: string; readonly DEVICE: string };

  beforeAll(async () => {
    browser = await launchChromium(chromium ?? '');
    scene = await openScene();
    await makeVolume(scene.client, { size: 20, durability: { type: 'replicate', replicate: { replica: 3 } } });
    const { clusters } = await scene.client.get<{ clusters: { nodes: { id: string; devices: { id: string }[] }[] }[] }>(
      '/topology',
    );
    const node = clusters[0]?.nodes[0];
    ids = { NODE: node?.id ?? '', DEVICE: node?.devices[0]?.id ?? '' };
    ({ page, troubles } = await openLoggedIn(browser, scene.base));
    await page.route(/\/(topology|events\?|audit|devices\/|nodes\/|operations\/|volumes\/unclaimed)/, poison);
  }, HOOK_LIMIT_MS);

  afterAll(async () => {
    await browser?.close();
    await scene?.end();
  }, HOOK_LIMIT_MS);

  async function poison(route: Route): Promise<void> {
    const response = await route.fetch();
    const body = await response.text();
    if (!response.ok()) return route.fulfill({ response, body: text });
    return route.fulfill({ response, json: poisoned(JSON.parse(body), text) });
  }

  it('is shown as text on every page', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (drawn) => {
        text = drawn;
        for (const place of [
          '',
          `nodes/${ids.NODE}`,
          `devices/${ids.DEVICE}`,
          'nodes',
          'operations',
          'events',
          'audit',
        ]) {
          await goTo(page, `#/${place}`);
          expect(await page.evaluate('globalThis.wasRun')).toBeUndefined();
          const injected =
            'document.querySelectorAll(".injected, img, main script, [onerror], [onload], [onmouseover], a[href^=javascript]").length';
          expect(await page.evaluate(injected)).toBe(0);
        }
      }),
      { numRuns: 8 },
    );
    expect(troubles).toEqual([]);
  });
});
