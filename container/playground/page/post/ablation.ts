import { ACTION_NAMES, type PostDecision } from '../decide.js';
import { byId, make, setShare } from '../dom.js';
import { probability } from '../format.js';

export const PARTS = ['both', 'text', 'image'] as const;
export type Part = (typeof PARTS)[number];

/** A part of the post, judged alone; undefined where it could not be judged. */
export type Ablation = ReadonlyMap<Part, PostDecision | undefined>;

const PART_NAMES: Readonly<Record<Part, string>> = {
  both: 'Both',
  text: 'Text only',
  image: 'Image only',
};

export function showAblation(ablation: Ablation): void {
  const section = byId('ablation', HTMLElement);
  section.hidden = ablation.size < 2;
  if (section.hidden) return;
  byId('ablation-words', HTMLElement).textContent = explain(ablation);
  byId('ablation-parts', HTMLElement).replaceChildren(
    ...[...ablation].map(([name, decision]) => card(PART_NAMES[name], decision)),
  );
}

/** Which part carried the decision, in one sentence. */
export function explain(ablation: Ablation): string {
  const [both, text, image] = PARTS.map((name) => ablation.get(name));
  if (both?.leading === undefined || text === undefined || image === undefined) {
    return 'A part of the post could not be judged, so the parts cannot be compared.';
  }
  const { name, action } = both.leading;
  if (action === 'allow') {
    const stopped = [
      ...(text.action === 'allow' ? [] : ['the text']),
      ...(image.action === 'allow' ? [] : ['the image']),
    ];
    if (stopped.length === 0) return 'Nothing is held back: neither the parts nor the whole.';
    return `The whole passes, though ${stopped.join(' and ')} alone would not.`;
  }
  const [byText, byImage] = [text, image].map((decision) => holds(decision, name));
  if (byText && byImage) return `Text and image are each enough for ${name}.`;
  if (byText) return `The text carries the decision: alone it is enough for ${name}, the image is not.`;
  if (byImage) return `The image carries the decision: alone it is enough for ${name}, the text is not.`;
  return `Only together: neither the text nor the image alone is enough for ${name}.`;
}

function holds({ classes }: PostDecision, name: string): boolean {
  return classes.some((decision) => decision.name === name && decision.action !== 'allow');
}

function card(title: string, decision: PostDecision | undefined): HTMLElement {
  if (decision === undefined) {
    return make('li', { class: 'part', 'data-action': 'none' }, heading(title, 'Not judged'));
  }
  const { action, classes } = decision;
  const bars = classes.map((one) => {
    const fill = make('span', { class: 'fill', 'aria-hidden': 'true' });
    setShare(fill, '--share', one.probability);
    return make(
      'li',
      { 'data-action': one.action },
      make('span', { class: 'class-name' }, one.name),
      make('span', { class: 'number' }, probability(one.probability)),
      make('span', { class: 'track', 'aria-hidden': 'true' }, fill),
    );
  });
  return make(
    'li',
    { class: 'part', 'data-action': action },
    heading(title, ACTION_NAMES[action]),
    make('ul', { class: 'part-bars' }, ...bars),
  );
}

function heading(title: string, action: string): HTMLElement {
  return make('div', { class: 'part-head' }, make('h4', {}, title), make('span', { class: 'tag' }, action));
}
