// Writes the pictures of the playground in docs/images, from a server with the demonstration model:
//   npm run setup && node scripts/screenshots.mjs
// Needs a Chromium: CHROMIUM_PATH, or one in the path.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPlayground } from '../dist/test/playground/support/start-playground.js';
import { launchBrowser } from '../dist/test/support/browser.js';

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs', 'images');
mkdirSync(folder, { recursive: true });

const playground = await startPlayground();
const browser = await launchBrowser();
if (browser === undefined) throw new Error('No Chromium was found; name one by CHROMIUM_PATH.');
try {
  for (const colorScheme of ['light', 'dark']) {
    const page = await browser.newPage({
      colorScheme,
      viewport: { width: 1180, height: 1190 },
      reducedMotion: 'reduce',
    });
    await page.goto(playground.url);
    await page.getByRole('button', { name: 'Only both together' }).click();
    await page.locator('#result[data-state="judged"]').waitFor();
    // Without focus, and with the pointer away, nothing is highlighted.
    await page.locator(':focus').blur();
    await page.mouse.move(0, 0);
    await page.screenshot({ path: join(folder, `playground-${colorScheme}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
  await playground.close();
}
