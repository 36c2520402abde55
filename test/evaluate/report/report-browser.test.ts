import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { renderReport } from '../../../lib/evaluate/report/report.js';
import { launchBrowser } from '../../support/browser.js';
import { madeUpEvaluation, madeUpMonitoring, madeUpPolicy } from './made-up.js';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** Between the margins, in CSS pixels. */
const A4_WIDTH = 688;
const LONG = ['racist', 'a'.repeat(200), 'an "unusual" <b>name</b>', 'religion', 'otherhate'];

const browser: Browser | undefined = await launchBrowser();
const inBrowser = browser === undefined ? describe.skip : describe;

inBrowser('the report in a browser', () => {
  let folder = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'report-'));
    const reports = {
      evaluation: await renderReport(madeUpEvaluation(), { policy: madeUpPolicy() }),
      monitoring: await renderReport(madeUpMonitoring(LONG)),
    };
    for (const [name, text] of Object.entries(reports)) writeFileSync(join(folder, `${name}.html`), text);
  });

  afterAll(async () => {
    await browser?.close();
    if (folder !== '') rmSync(folder, { recursive: true });
  });

  const cases = ['evaluation', 'monitoring'].flatMap((name) =>
    (['light', 'dark'] as const).flatMap((scheme) =>
      [1280, 390].map((width) => [name, scheme, width] as const),
    ),
  );

  test.each(cases)('%s, %s, %i pixels: fits, is accessible and silent', async (name, scheme, width) => {
    const page = await openPage({ colorScheme: scheme, viewport: { width, height: 900 }, bypassCSP: true });
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('file:') && !request.url().startsWith('data:')) said.push(request.url());
    });
    await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await outside(page)).toEqual([]);
    // Contrast depends on the scheme, structure on nothing: the wide page in both schemes, the narrow one once.
    if (width === 1280 || scheme === 'light') expect(await violations(page)).toEqual([]);
    expect(said).toEqual([]);
    await page.close();
  });

  test('fits on paper, where nothing scrolls', async () => {
    const page = await openPage({ viewport: { width: A4_WIDTH, height: 900 }, bypassCSP: true });
    await page.emulateMedia({ media: 'print' });
    await page.goto(pathToFileURL(join(folder, 'evaluation.html')).href);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(A4_WIDTH);
    await page.close();
  });

  test('its own policy admits its style and refuses scripts', async () => {
    const page = await openPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(pathToFileURL(join(folder, 'evaluation.html')).href);
    expect(await page.evaluate('getComputedStyle(document.body).display')).toBe('grid');
    await expect(page.addScriptTag({ content: 'globalThis.ran = true' })).rejects.toThrow();
    expect(await page.evaluate('globalThis.ran')).toBeUndefined();
    await page.close();
  });

  async function openPage(options: Parameters<Browser['newPage']>[0]): Promise<Page> {
    if (browser === undefined) throw new Error('expected a browser');
    return browser.newPage(options);
  }
});

/** Texts of charts that leave the page, where nobody can read them. */
async function outside(page: Page): Promise<unknown> {
  return page.evaluate(`[...document.querySelectorAll('svg text')].filter((text) => {
    const { left, right } = text.getBoundingClientRect();
    return left < 0 || right > innerWidth;
  }).map((text) => text.textContent)`);
}

async function violations(page: Page): Promise<unknown> {
  await page.addScriptTag({ path: AXE });
  return page.evaluate(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html, nodes[0].failureSummary]))',
  );
}
