import { fetchInfo } from './api.js';
import { BatchTab } from './batch/batch.js';
import type { PlaygroundInfo } from './contract.js';
import { byId } from './dom.js';
import { LiveTab } from './live/live.js';
import { PostTab } from './post/post.js';
import { Settings } from './settings.js';
import { Tabs } from './tabs.js';

const RETRY_MS = 1000;

const settings = new Settings();
const post = new PostTab(settings);
const batch = new BatchTab(settings);
const live = new LiveTab();

// Read first: the tabs write their state there.
const asked = location.hash.slice(1);
const tabs = new Tabs(byId('main-tabs', HTMLElement), (tab) => {
  live.visible = tab === 'tab-live';
  const name = tab.replace('tab-', '');
  if (location.hash.slice(1) !== name && (location.hash !== '' || name !== 'post')) {
    history.replaceState(undefined, '', `#${name}`);
  }
});
tabs.show(`tab-${asked}`);
window.addEventListener('hashchange', () => tabs.show(`tab-${location.hash.slice(1)}`));

// A file that misses the drop zone must not replace the page.
for (const type of ['dragover', 'drop'] as const) {
  document.addEventListener(type, (event) => event.preventDefault());
}

const dialog = byId('uses', HTMLDialogElement);
for (const opener of document.querySelectorAll<HTMLElement>('[data-opens="uses"]')) {
  opener.addEventListener('click', () => dialog.showModal());
}
byId('uses-close', HTMLButtonElement).addEventListener('click', () => dialog.close());

await waitForModel();

async function waitForModel(): Promise<void> {
  const state = byId('server-state', HTMLElement);
  for (;;) {
    const info = await fetchInfo().catch(() => undefined);
    if (info?.status === 'ready' && info.model) {
      start(info, info.model);
      return;
    }
    state.textContent = info ? `The model is ${info.status}.` : 'The server does not answer.';
    state.dataset['state'] = 'waiting';
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function start(info: PlaygroundInfo, model: NonNullable<PlaygroundInfo['model']>): void {
  const state = byId('server-state', HTMLElement);
  state.dataset['state'] = 'ready';
  state.textContent = `${model.name}, ${model.precision} on ${model.device}`;
  state.title = `Pack ${model.pack}`;
  byId('demonstration', HTMLElement).hidden = !model.demonstration;
  settings.setDefaults(Object.fromEntries(model.classes.map(({ name, threshold }) => [name, threshold])));
  post.ready(info);
  batch.ready(info);
}
