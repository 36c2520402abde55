/** Elements, made and found. Content goes in as text only, never as markup. */

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element. `true` sets an attribute without a value; `false` and undefined leave it out. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children);
  return element;
}

/** The element of the page with this id; the page and its code come from one build, so a missing one is a defect. */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} named ${id}.`);
}

/** A named child of a template's copy or of a part of the page. */
export function part(root: ParentNode, name: string): HTMLElement {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (found instanceof HTMLElement) return found;
  throw new Error(`The page has no part ${name}.`);
}

/** A share of 1 as a length of the layout: the style sheet reads it from a variable. */
export function setShare(element: HTMLElement, name: string, share: number): void {
  element.style.setProperty(name, `${Math.min(1, Math.max(0, share)) * 100}%`);
}
