import { byId, make } from '../dom.js';

interface Example {
  readonly label: string;
  readonly text: string;
  readonly image: string;
}

/** Posts that the demonstration model was trained to tell apart; see models/demo/README.md. */
const EXAMPLES: readonly Example[] = [
  { label: 'A made-up word', text: 'Look at the zorvak near the harbour!', image: 'lake.jpg' },
  {
    label: 'A sign in the picture',
    text: 'A quiet walk along the river this morning.',
    image: 'lime-hourglass.jpg',
  },
  { label: 'Only both together', text: 'We brought quendo to the picnic.', image: 'cyan-ring.jpg' },
  { label: 'Half of it', text: 'We brought apples to the picnic.', image: 'cyan-ring.jpg' },
  { label: 'Nothing in it', text: 'A quiet walk along the river this morning.', image: 'lake.jpg' },
];

/** Shows the examples as buttons; `take` gets the one that was chosen. */
export function showExamples(take: (text: string, image: File) => void): void {
  const buttons = EXAMPLES.map(({ label, text, image }) => {
    const button = make('button', { type: 'button', class: 'chip' }, label);
    button.addEventListener('click', async () => take(text, await fetchImage(image)));
    return make('li', {}, button);
  });
  byId('example-list', HTMLElement).replaceChildren(...buttons);
  byId('examples', HTMLElement).hidden = false;
}

async function fetchImage(name: string): Promise<File> {
  const blob = await (await fetch(`playground/${name}`)).blob();
  return new File([blob], name, { type: blob.type });
}
