import { setUpCopyButton } from '../clipboard.js';
import type { Reply } from '../contract.js';
import { byId } from '../dom.js';
import type { Settings } from '../settings.js';
import { Tabs } from '../tabs.js';
import { LANGUAGES, type Language, type Sent, snippet } from './snippets.js';

/** The request in several languages and the reply as it came, to look at and to copy. */
export class RequestView {
  readonly #settings: Settings;
  #sent: Omit<Sent, 'thresholds'> | undefined;
  #shown: Language | 'reply' = 'curl';
  #reply = '';

  constructor(settings: Settings) {
    this.#settings = settings;
    new Tabs(byId('request-tabs', HTMLElement), (tab) => {
      this.#shown = tab.replace('request-tab-', '') as Language | 'reply';
    });
    const [button, status] = [byId('copy', HTMLButtonElement), byId('copy-status', HTMLElement)];
    setUpCopyButton(
      button,
      () => (this.#shown === 'reply' ? this.#reply : this.#snippet(this.#shown, false)),
      status,
    );
    settings.onChange(() => this.#update());
  }

  show(sent: Omit<Sent, 'thresholds'>, reply: Reply): void {
    this.#sent = sent;
    this.#reply = JSON.stringify(reply, undefined, 2);
    byId('request-reply', HTMLElement).textContent = this.#reply;
    this.#update();
  }

  #update(): void {
    for (const language of LANGUAGES) {
      byId(`request-${language}`, HTMLElement).textContent = this.#snippet(language, true);
    }
  }

  #snippet(language: Language, abbreviated: boolean): string {
    if (this.#sent === undefined) return '';
    const sent = { ...this.#sent, thresholds: this.#settings.moved };
    return snippet(language, sent, location.origin, abbreviated);
  }
}
