import { invoke } from '../api.js';
import { toBase64 } from '../base64.js';
import type { Answer, Instance, PlaygroundInfo } from '../contract.js';
import { byId } from '../dom.js';
import { counted } from '../format.js';
import type { Settings } from '../settings.js';
import type { Part } from './ablation.js';
import { showExamples } from './examples.js';
import { ImageInput } from './image-input.js';
import { RequestView } from './request-view.js';
import { ResultView } from './result.js';

/** The tab for one post. */
export class PostTab {
  readonly #text = byId('text', HTMLTextAreaElement);
  readonly #image: ImageInput;
  readonly #submit = byId('judge', HTMLButtonElement);
  readonly #compare = byId('compare', HTMLInputElement);
  readonly #result: ResultView;
  readonly #request: RequestView;
  #ready = false;
  #running: AbortController | undefined;

  constructor(settings: Settings) {
    this.#image = new ImageInput(() => this.#update());
    this.#result = new ResultView(settings);
    this.#request = new RequestView(settings);
    this.#text.addEventListener('input', () => this.#update());
    this.#submit.addEventListener('click', () => this.#judge());
    byId('clear', HTMLButtonElement).addEventListener('click', () => this.#clear());
    byId('post-panel', HTMLElement).addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !this.#submit.disabled) this.#judge();
    });
    this.#update();
  }

  /** The model answers from now on. */
  ready({ model, limits }: PlaygroundInfo): void {
    this.#ready = true;
    this.#image.maxBytes = limits.maxImageBytes;
    this.#text.maxLength = limits.maxTextChars;
    if (model?.demonstration) {
      showExamples((text, image) => {
        this.#text.value = text;
        this.#image.set(image);
        this.#judge();
      });
    }
    this.#update();
  }

  #update(): void {
    const characters = this.#text.value.length;
    byId('text-count', HTMLElement).textContent = counted(characters, 'character');
    const empty = this.#text.value.trim() === '' && this.#image.file === undefined;
    this.#submit.disabled = !this.#ready || empty;
  }

  #clear(): void {
    this.#running?.abort();
    this.#text.value = '';
    this.#image.set(undefined);
    this.#result.clear();
    this.#text.focus();
  }

  async #judge(): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.#result.busy();
    const { file, fileName } = this.#image;
    try {
      const instance = await this.#instance(file);
      const parts = partsOf(instance, this.#compare.checked);
      const instances = [...parts].map(([id, content]) => ({ id, ...content }));
      const answered = await invoke({ instances, parameters: { timings: true } }, running.signal);
      if (running.signal.aborted) return;
      const answers = [...parts.keys()].flatMap((name, index): [Part, Answer][] => {
        const answer = answered.reply.predictions[index];
        return answer === undefined ? [] : [[name, answer]];
      });
      this.#result.show(answered, new Map(answers));
      this.#request.show({ instance, fileName }, answered.reply);
    } catch (error) {
      if (!running.signal.aborted) this.#result.fail(error);
    }
  }

  async #instance(file: File | undefined): Promise<Instance> {
    const text = this.#text.value;
    return {
      ...(text.trim() !== '' && { text }),
      ...(file !== undefined && { image_base64: await toBase64(file) }),
    };
  }
}

/** The post and, where it has both and they are to be compared, its parts: instances of one request. */
function partsOf(instance: Instance, compare: boolean): ReadonlyMap<Part, Instance> {
  const { text, image_base64 } = instance;
  if (!text || !image_base64) return new Map([[text ? 'text' : 'image', instance]]);
  const whole: [Part, Instance] = ['both', instance];
  return new Map<Part, Instance>(
    compare ? [whole, ['text', { text }], ['image', { image_base64 }]] : [whole],
  );
}
