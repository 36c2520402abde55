import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { PATIENCE_MS } from '../../support/patience.js';

/** A page of the playground, and everything that a visitor would not want to see. */
export interface Visit {
  readonly page: Page;
  /** Errors of the console, broken rules of the content-security policy, requests to other origins. */
  readonly complaints: string[];
  close(): Promise<void>;
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const address = request.url();
    if (!address.startsWith(`${url}/`) && !/^(?:blob|data):/.test(address))
      complaints.push(`request to ${address}`);
  });
  await page.addInitScript(
    "document.addEventListener('securitypolicyviolation', (event) => console.error('CSP: ' + event.violatedDirective))",
  );
  await page.goto(url);
  await page.locator('#server-state[data-state="ready"]').waitFor();
  return { page, complaints, close: () => context.close() };
}

/** What axe finds, as `rule: element`. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate('axe.run(document, { resultTypes: ["violations"] })');
  const { violations } = found as { violations: { id: string; nodes: { html: string }[] }[] };
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** Moves a file of the page into a paste or a drop on an element, as the browser would. */
export async function hand(
  page: Page,
  type: 'paste' | 'drop',
  selector: string,
  image: string,
): Promise<void> {
  await page.evaluate(`(async () => {
    const blob = await (await fetch('playground/${image}')).blob();
    const transfer = new DataTransfer();
    transfer.items.add(new File([blob], '${image}', { type: 'image/jpeg' }));
    const options = { bubbles: true, cancelable: true };
    const event = '${type}' === 'paste'
      ? new ClipboardEvent('paste', { ...options, clipboardData: transfer })
      : new DragEvent('drop', { ...options, dataTransfer: transfer });
    document.querySelector('${selector}').dispatchEvent(event);
  })()`);
}
