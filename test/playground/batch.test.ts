import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.js';
import { projectRoot } from '../support/project-root.js';
import { startPlayground } from './support/start-playground.js';
import { type Visit, violations, visit } from './support/visit.js';

const browser = await launchBrowser();
const examples = join(projectRoot, 'models', 'demo', 'examples');

const CSV = `id,text,image
a,Look at the zorvak near the harbour!,
b,"We brought quendo, to the picnic.",cyan-ring.jpg
c,=1+1,lake.jpg
d,A quiet walk,missing.jpg
e,,
`;

(browser ? describe : describe.skip)('a file of posts', () => {
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
    await page.getByRole('tab', { name: 'One post' }).focus();
    await page.keyboard.press('ArrowRight');
  });
  afterEach(async () => {
    await visitor.close();
    expect(visitor.complaints.filter((text) => !text.includes('429'))).toEqual([]);
  });

  const status = () => page.locator('#batch-status');
  const cells = (column: number) => page.locator(`#results-body td:nth-child(${column})`).allTextContents();

  async function choose(name: string, content: string, images: readonly string[] = []): Promise<void> {
    await page.locator('#batch-images').setInputFiles(images.map((image) => join(examples, image)));
    const file = { name, mimeType: 'text/plain', buffer: Buffer.from(content) };
    await page.getByLabel('Posts', { exact: true }).setInputFiles(file);
  }

  async function judgeAll(): Promise<void> {
    await page.getByRole('button', { name: 'Judge all' }).click();
    await status().getByText('Done.').waitFor();
  }

  async function download(name: string): Promise<string> {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name }).click(),
    ]);
    return readFile(await file.path(), 'utf8');
  }

  test('has one row for each post, and rows without an answer are not judged', async () => {
    await choose('posts.csv', CSV, ['cyan-ring.jpg', 'lake.jpg']);
    await status().getByText('posts.csv: 5 posts.').waitFor();
    await judgeAll();
    expect(await status().textContent()).toBe('Done. 3 posts judged. 2 posts not judged.');
    expect(await cells(2)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await cells(3)).toEqual([
      'Flag',
      'Flag',
      expect.stringMatching(/Allow|Flag|Review/),
      'Not judged',
      'Not judged',
    ]);
    expect((await cells(4))[3]).toContain('image_unreadable');
    expect((await cells(4))[4]).toContain('empty_item');
    expect(await page.getByRole('list', { name: 'Decisions' }).textContent()).toContain('2 not judged');
  });

  test('is sorted and filtered from the keyboard', async () => {
    await choose('posts.csv', CSV, ['cyan-ring.jpg', 'lake.jpg']);
    await judgeAll();
    await page.getByRole('button', { name: 'religion' }).focus();
    await page.keyboard.press('Enter');
    expect(await page.getByRole('columnheader', { name: 'religion' }).getAttribute('aria-sort')).toBe(
      'descending',
    );
    expect((await cells(2))[0]).toBe('b');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('columnheader', { name: 'religion' }).getAttribute('aria-sort')).toBe(
      'ascending',
    );
    expect((await cells(2)).slice(-2)).toEqual(['d', 'e']);
    await page.getByLabel('Show').selectOption('not judged');
    expect(await cells(2)).toEqual(['d', 'e']);
    expect(await page.locator('#results-range').textContent()).toBe('Rows 1 to 2 of 2');
  });

  test('is downloaded as CSV without formulas, and as JSON Lines', async () => {
    await choose('posts.csv', CSV, ['cyan-ring.jpg', 'lake.jpg']);
    await judgeAll();
    const rows = parse(await download('Download CSV'), { columns: true }) as Record<string, string>[];
    expect(rows.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(rows[1]).toEqual(
      expect.objectContaining({
        text: 'We brought quendo, to the picnic.',
        decision: 'flag',
        modalities: 'text+image',
      }),
    );
    expect(Number(rows[1]?.['religion'])).toBeGreaterThan(0.9);
    expect(rows[2]?.['text']).toBe("'=1+1");
    expect(rows[3]).toEqual(
      expect.objectContaining({ decision: 'not judged', error_code: 'image_unreadable', racist: '' }),
    );
    const lines = (await download('Download JSON Lines'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(5);
    expect(lines[1]).toEqual(
      expect.objectContaining({
        row: 2,
        id: 'b',
        prediction: expect.objectContaining({ any_harmful: true }),
      }),
    );
    expect(lines[4].prediction).toBeUndefined();
    expect(lines[4].error.code).toBe('empty_item');
  });

  test('may be JSON Lines with images in base64; a broken line costs only itself', async () => {
    const image = (await readFile(join(examples, 'lime-hourglass.jpg'))).toString('base64');
    const posts = [
      JSON.stringify({ id: 1, image_base64: image }),
      '{broken',
      JSON.stringify({ id: 3, text: 'hello' }),
    ];
    await choose('posts.jsonl', posts.join('\n'));
    await judgeAll();
    expect(await cells(3)).toEqual(['Flag', 'Not judged', 'Allow']);
  });

  test('waits when the server is overloaded, and tries failing requests again', async () => {
    let refusals = 3;
    await page.route('**/invocations', async (route) => {
      if (refusals-- <= 0) return route.fallback();
      const error = { code: 'overloaded', message: 'Full.', retryable: true, retry_after_ms: 20 };
      await route.fulfill({ status: 429, json: { error, request_id: 'r' } });
    });
    await choose('posts.csv', 'text\nhello\ngood morning\n');
    await judgeAll();
    expect(refusals).toBeLessThan(0);
    expect(await status().textContent()).toBe('Done. 2 posts judged.');
  });

  test('halves a request that is refused, until the culprit stands alone', async () => {
    await page.route('**/invocations', async (route) => {
      const { instances } = route.request().postDataJSON();
      if (!instances.some(({ text }: { text: string }) => text === 'culprit')) return route.fallback();
      await route.fulfill({ status: 200, body: 'no JSON at all' });
    });
    await choose('posts.csv', 'text\nhello\nculprit\ngood morning\n');
    await judgeAll();
    expect(await cells(3)).toEqual(['Allow', 'Not judged', 'Allow']);
  });

  test('is cancelled at once; the rest is not judged', async () => {
    let first = true;
    await page.route('**/invocations', async (route) => {
      if (!first) return; // never answered
      first = false;
      await route.fallback();
    });
    await page.getByLabel('Requests at a time').fill('1');
    await choose('posts.csv', `text\n${'hello there\n'.repeat(40)}`);
    await page.getByRole('button', { name: 'Judge all' }).click();
    await status().getByText('16 of 40 posts.').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await status().getByText('Cancelled. 16 posts judged. 24 posts not judged.').waitFor();
    expect((await cells(3)).filter((cell) => cell === 'Not judged')).toHaveLength(24);
  });

  test('has an address of its own', async () => {
    await page.goto(`${playground.url}/#live`);
    await page.goto(`${playground.url}/#batch`);
    await page.reload();
    await page.getByRole('heading', { name: 'A file of posts' }).waitFor();
  });

  test('that is none is refused with a reason', async () => {
    await choose('posts.csv', 'text\n"never closed\n');
    await page.getByText(/The file is no well-formed CSV/).waitFor();
    expect(await page.getByRole('button', { name: 'Judge all' }).isDisabled()).toBe(true);
  });

  test.each([
    ['light', 1180],
    ['dark', 390],
  ] as const)('meets axe’s rules in %s, %i pixels wide', async (colorScheme, width) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 844 });
    await choose('posts.csv', CSV);
    await judgeAll();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  });

  test('leaves traces in the live tab: throughput, latency, queue, cache hits and errors', async () => {
    await page.clock.install();
    await page.keyboard.press('ArrowRight');
    await page.getByText('Every 2 s, from /metrics.').waitFor();
    // The first scrape, which alone says 0 posts/s; a latency needs a second one, made after the posts.
    await page.locator('#live-throughput').getByText('posts/s').waitFor();
    for (const text of ['hello', 'hello', ' ']) {
      await page.request.post(`${playground.url}/invocations`, { data: { text } });
    }
    await page.clock.runFor(2500);
    await page
      .locator('#live-p50')
      .getByText(/^[\d.]+ m?s$/)
      .waitFor();
    const figure = (id: string) => page.locator(`#${id} [data-part="value"]`).textContent();
    expect(await figure('live-throughput')).toMatch(/^[\d.]+ posts\/s$/);
    expect(await figure('live-p50')).toMatch(/^[\d.]+ m?s$/);
    expect(await figure('live-p99')).toMatch(/^[\d.]+ m?s$/);
    expect(await figure('live-queue')).toMatch(/^\d+ waiting, \d+ running$/);
    expect(await figure('live-cache')).toMatch(/^\d+ %$/);
    expect(await figure('live-errors')).toMatch(/^[\d.]+ errors\/s$/);
    expect(await page.locator('#live-codes').textContent()).toMatch(/empty_item/);
    expect(await page.locator('#live-throughput polyline').count()).toBeGreaterThan(0);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: colorScheme === 'dark' ? 390 : 1180, height: 844 });
      expect(await violations(page)).toEqual([]);
    }
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused.').waitFor();
  });
});
