import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.js';
import { projectRoot } from '../support/project-root.js';
import { startPlayground } from './support/start-playground.js';
import { hand, type Visit, violations, visit } from './support/visit.js';

const run = promisify(execFile);
const browser = await launchBrowser();
const examples = join(projectRoot, 'models', 'demo', 'examples');

(browser ? describe : describe.skip)('one post', () => {
  let playground: Awaited<ReturnType<typeof startPlayground>>;
  let visitor: Visit;
  let page: Page;

  beforeAll(async () => {
    playground = await startPlayground();
  });
  afterAll(async () => {
    await browser?.close();
    await playground?.close();
  });
  beforeEach(async () => {
    if (browser) visitor = await visit(browser, playground.url);
    page = visitor.page;
  });
  afterEach(async () => {
    await visitor.close();
    expect(visitor.complaints).toEqual([]);
  });

  const decision = () => page.locator('#decision-word').textContent();
  const judged = () => page.locator('#result[data-state="judged"][aria-busy="false"]').waitFor();
  const slider = (name: string) => page.getByRole('slider', { name: `Threshold for ${name}` });

  async function judge(text: string): Promise<void> {
    await page.getByLabel('Text', { exact: true }).fill(text);
    await page.getByRole('button', { name: 'Judge', exact: true }).click();
    await judged();
  }

  test('is told by banner and dialog what the model is for', async () => {
    await page.getByText('Demonstration model.').waitFor();
    await page.getByRole('button', { name: 'Intended use and limits' }).click();
    const dialog = page.getByRole('dialog', { name: 'Intended use and limits' });
    expect(await dialog.textContent()).toContain('assists human moderators');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  });

  test('is judged from the keyboard, with reason, timings, model and pack', async () => {
    await page.getByLabel('Text', { exact: true }).focus();
    await page.keyboard.type('Look at the zorvak near the harbour!');
    await page.keyboard.press('Control+Enter');
    await judged();
    expect(await decision()).toBe('Flag');
    expect(await page.locator('#decision-reason').textContent()).toMatch(
      /^racist at .* threshold of 0\.15\.$/,
    );
    expect(await page.locator('#announcer').textContent()).toMatch(/^Flag\. Highest: racist /);
    await page.getByText('Model, request and timings').click();
    const details = await page.locator('#details-list').textContent();
    expect(details).toMatch(
      /Rests ontextTextread wholeNot seennothingModeldemo fusion, fp32 on cpuPack[0-9a-f]{64}/,
    );
    expect(await page.getByRole('rowheader', { name: 'encode text', exact: true }).count()).toBe(1);
    expect(await page.locator('#ablation').isVisible()).toBe(false);
  });

  test('is compared with its parts in one request, which shows what carried the decision', async () => {
    const requests: number[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') requests.push(request.postDataJSON().instances.length);
    });
    const words = page.locator('#ablation-words');
    const expected: [string, string][] = [
      ['Only both together', 'Only together: neither the text nor the image alone is enough for religion.'],
      ['A made-up word', 'The text carries the decision: alone it is enough for racist, the image is not.'],
      [
        'A sign in the picture',
        'The image carries the decision: alone it is enough for homophobe, the text is not.',
      ],
      ['Nothing in it', 'Nothing is held back: neither the parts nor the whole.'],
    ];
    for (const [example, sentence] of expected) {
      await page.getByRole('button', { name: example }).click();
      await page.getByText(sentence).waitFor();
    }
    expect(await words.isVisible()).toBe(true);
    expect(requests).toEqual([3, 3, 3, 3]);
    expect(await page.locator('#ablation-parts h4').allTextContents()).toEqual([
      'Both',
      'Text only',
      'Image only',
    ]);
  });

  test('takes an image that is chosen, pasted or dropped, and lets it go again', async () => {
    const preview = page.locator('#image-preview');
    await page.locator('#image-file').setInputFiles(join(examples, 'lime-hourglass.jpg'));
    await preview.getByText('lime-hourglass.jpg, 9 kB').waitFor();
    await page.getByRole('button', { name: 'Judge', exact: true }).click();
    await judged();
    expect(await page.locator('#details-list').textContent()).toContain('Rests onimage');
    await page.getByRole('button', { name: 'Remove the image' }).click();
    expect(await preview.isVisible()).toBe(false);
    await hand(page, 'paste', '#text', 'lake.jpg');
    await preview.getByText('lake.jpg').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.locator('#result[data-state="empty"]').waitFor();
    await hand(page, 'drop', '#post-panel', 'cyan-ring.jpg');
    await preview.getByText('cyan-ring.jpg').waitFor();
    await expect(preview.locator('img').evaluate('(image) => image.decode()')).resolves.not.toThrow();
  });

  test('has its decision follow thresholds and band, by keyboard, without a request', async () => {
    await judge('We brought plimtu to the picnic.');
    const before = await page.locator('[data-class="sexist"] [data-part="probability"]').textContent();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    expect(await decision()).toBe('Flag');
    await slider('sexist').focus();
    await page.keyboard.press('End');
    expect(await slider('sexist').getAttribute('aria-valuetext')).toBe('1.00');
    expect(await decision()).toBe('Review');
    await page.getByRole('slider', { name: 'Review band' }).focus();
    await page.keyboard.press('Home');
    expect(await page.locator('#band-value').textContent()).toBe('0 %');
    expect(await decision()).toBe('Allow');
    await page.getByRole('button', { name: 'Reset' }).click();
    expect(await decision()).toBe('Flag');
    expect(await slider('sexist').getAttribute('aria-valuetext')).toBe('0.85');
    await slider('sexist').focus();
    await page.keyboard.press('ArrowLeft');
    expect(await slider('sexist').getAttribute('aria-valuetext')).toBe('0.84');
    expect(await page.locator('[data-class="sexist"] [data-part="probability"]').textContent()).toBe(before);
    expect(requests).toEqual([]);
  });

  test('can be sent again by what is copied, image and thresholds included', async () => {
    await page.getByLabel('Text', { exact: true }).fill("It's a quendo $HOME `day`");
    await hand(page, 'paste', '#text', 'cyan-ring.jpg');
    await page.getByRole('button', { name: 'Judge', exact: true }).click();
    await judged();
    await slider('religion').focus();
    await page.keyboard.press('End');
    // What is said for a moment stays: no timer fires.
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    const copied = async (tab: string) => {
      await page.getByRole('tab', { name: tab }).click();
      await page.getByRole('button', { name: 'Copy' }).click();
      await page.getByText('Copied.', { exact: true }).waitFor();
      return String(await page.evaluate('navigator.clipboard.readText()'));
    };
    const reply = JSON.parse(await copied('JSON reply'));
    const [{ id: _, ...prediction }] = reply.predictions;
    expect((await page.locator('#request-curl').textContent())?.length).toBeLessThan(600);

    const { stdout } = await run('bash', ['-c', await copied('curl')]);
    const answer = JSON.parse(stdout);
    expect(answer.thresholds.religion).toBe(1);
    expect(answer.predictions[0].probabilities).toEqual(prediction.probabilities);

    const folder = await mkdtemp(join(projectRoot, 'dist', '.copied-'));
    try {
      const entry = pathToFileURL(join(projectRoot, 'dist', 'lib', 'client', 'index.js')).href;
      const program = (await copied('TypeScript')).replace('multimodal-moderation-client', entry);
      await writeFile(join(folder, 'copied.mjs'), program);
      const { stdout: printed } = await run('node', [join(folder, 'copied.mjs')]);
      expect(printed).toContain(`racist: ${prediction.probabilities.racist}`);
    } finally {
      await rm(folder, { recursive: true });
    }
    const aws = await copied('AWS CLI');
    expect(aws).toMatch(/^aws sagemaker-runtime invoke-endpoint --endpoint-name "\$ENDPOINT"/);
    const [, body = ''] = /<<'JSON'\n([\s\S]*)\nJSON\n$/.exec(aws) ?? [];
    expect(JSON.parse(body).instances[0].image_base64.length).toBeGreaterThan(10_000);
  });

  test('that is too long says that it was cut', async () => {
    await judge('a quiet walk along the river '.repeat(40));
    expect(await page.locator('#truncated').isVisible()).toBe(true);
  });

  test('that cannot be judged is never shown as harmless', async () => {
    await judge('A quiet walk.');
    const broken = { name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no image') };
    await page.locator('#image-file').setInputFiles(broken);
    await page.getByRole('button', { name: 'Judge', exact: true }).click();
    await page.getByText('This post was not judged, which is not the same as harmless.').waitFor();
    expect(await page.locator('#failure-code').textContent()).toBe('image_unsupported');
    expect(await page.locator('#result-judged').isVisible()).toBe(false);
    await page.route('**/invocations', (route) =>
      route.fulfill({ json: { predictions: [{ any_harmful: false }], thresholds: { racist: 0.5 } } }),
    );
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByLabel('Text', { exact: true }).fill('A quiet walk.');
    await page.keyboard.press('Control+Enter');
    await page.locator('#failure-code').getByText('reply_invalid').waitFor();
    expect(await page.locator('#result-judged').isVisible()).toBe(false);
  });

  test('shows what a policy on the server decided', async () => {
    await page.route('**/invocations', async (route) => {
      const reply = await (await route.fetch()).json();
      const predictions = reply.predictions.map((one: object) => ({
        ...one,
        decision: 'review',
        audit: true,
      }));
      await route.fulfill({ json: { ...reply, predictions, policy: { name: 'spring' } } });
    });
    await judge('A quiet walk.');
    expect(await page.locator('#details-list').textContent()).toContain(
      'Server decidesReview, drawn for an audit (policy spring)',
    );
  });

  test.each([
    ['light', 1180],
    ['dark', 1180],
    ['light', 390],
    ['dark', 390],
  ] as const)(
    'meets axe’s rules in %s, %i pixels wide, and needs no sideways scrolling',
    async (colorScheme, width) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 844 });
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Only both together' }).click();
      await judged();
      await page.getByText('Model, request and timings').click();
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      await page.getByRole('button', { name: 'Intended use and limits' }).click();
      expect(await violations(page)).toEqual([]);
    },
  );
});
