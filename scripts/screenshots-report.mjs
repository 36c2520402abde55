// Takes the pictures of docs/report.md from a report that `moderate evaluate` has written.
//   node scripts/screenshots-report.mjs REPORT.html
// Needs a Chromium: CHROMIUM_PATH, or the first that is installed. Compile first.
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [file] = process.argv.slice(2);
if (file === undefined) fail('Which report? node scripts/screenshots-report.mjs REPORT.html');

const { launchBrowser } = await import(pathToFileURL(join(root, 'dist/test/support/browser.js')).href);
const browser = await launchBrowser();
if (browser === undefined) process.exit(1);

const SHOTS = [
  { name: 'overview-light', colorScheme: 'light', width: 1280, height: 960 },
  { name: 'overview-dark', colorScheme: 'dark', width: 1280, height: 960 },
  { name: 'curves-light', colorScheme: 'light', width: 1280, height: 840, section: 'curves' },
  { name: 'thresholds-dark', colorScheme: 'dark', width: 1280, height: 860, section: 'thresholds' },
  { name: 'calibration-light', colorScheme: 'light', width: 1280, height: 860, section: 'calibration' },
  { name: 'modalities-dark', colorScheme: 'dark', width: 1280, height: 860, section: 'modalities' },
  { name: 'groups-light', colorScheme: 'light', width: 1280, height: 1010, section: 'groups' },
  { name: 'phone-dark', colorScheme: 'dark', width: 390, height: 844, section: 'confusion' },
];

for (const { name, colorScheme, width, height, section } of SHOTS) {
  const page = await browser.newPage({ colorScheme, viewport: { width, height }, reducedMotion: 'reduce' });
  await page.goto(pathToFileURL(resolve(file)).href);
  const found = section === undefined || (await page.locator(`#${section}`).count()) > 0;
  if (found) {
    if (section !== undefined) {
      await page.evaluate((id) => globalThis.document.getElementById(id).scrollIntoView(), section);
    }
    await page.screenshot({ path: join(root, 'docs', 'images', `report-${name}.png`) });
  } else console.error(`screenshots: the report has no section ${section}, ${name} is left as it was`);
  await page.close();
}
await browser.close();

function fail(message) {
  console.error(`screenshots: ${message}`);
  process.exit(1);
}
