/** The tabs pattern: one tab in the tab order, arrows, Home and End move between them. */
export class Tabs {
  readonly #tabs: readonly HTMLElement[];
  readonly #onShow: ((tab: string) => void) | undefined;

  /** `list` has `role="tablist"`; each tab names its panel by `aria-controls`. `onShow` is told the tab's id. */
  constructor(list: HTMLElement, onShow?: (tab: string) => void) {
    this.#onShow = onShow;
    this.#tabs = [...list.querySelectorAll<HTMLElement>('[role="tab"]')];
    for (const tab of this.#tabs) tab.addEventListener('click', () => this.show(tab.id));
    list.addEventListener('keydown', (event) => {
      const target = this.#target(event.key);
      if (target === undefined) return;
      event.preventDefault();
      this.show(target.id);
      target.focus();
    });
    this.show(this.#selected.id);
  }

  show(id: string): void {
    if (!this.#tabs.some((tab) => tab.id === id)) return;
    for (const tab of this.#tabs) {
      const selected = tab.id === id;
      tab.setAttribute('aria-selected', String(selected));
      tab.tabIndex = selected ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute('aria-controls') ?? '');
      if (panel) panel.hidden = !selected;
    }
    this.#onShow?.(id);
  }

  get #selected(): HTMLElement {
    const selected = this.#tabs.find((tab) => tab.getAttribute('aria-selected') === 'true') ?? this.#tabs[0];
    if (selected === undefined) throw new Error('The page has a list of tabs without tabs.');
    return selected;
  }

  #target(key: string): HTMLElement | undefined {
    const [now, count] = [this.#tabs.indexOf(this.#selected), this.#tabs.length];
    const places: Record<string, number> = {
      ArrowRight: (now + 1) % count,
      ArrowLeft: (now + count - 1) % count,
      Home: 0,
      End: count - 1,
    };
    return this.#tabs[places[key] ?? -1];
  }
}
