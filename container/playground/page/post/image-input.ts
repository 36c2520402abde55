import { byId } from '../dom.js';
import { bytes } from '../format.js';

/** One image at most: chosen, dropped or pasted, shown, taken away again. */
export class ImageInput {
  readonly #input = byId('image-file', HTMLInputElement);
  readonly #preview = byId('image-preview', HTMLElement);
  readonly #picture = byId('image-picture', HTMLImageElement);
  readonly #caption = byId('image-caption', HTMLElement);
  readonly #problem = byId('image-problem', HTMLElement);
  readonly #zone = byId('image-zone', HTMLElement);
  readonly #onChange: () => void;
  #file: File | undefined;
  #fileName: string | undefined;
  /** @default no limit is known yet */
  maxBytes = Number.POSITIVE_INFINITY;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.#input.addEventListener('change', () => this.#take(this.#input.files));
    byId('image-remove', HTMLButtonElement).addEventListener('click', () => {
      this.set(undefined);
      this.#input.focus();
    });
    this.#picture.addEventListener('error', () => this.#preview.classList.add('no-picture'));
    this.#acceptDrops(byId('post-panel', HTMLElement));
    document.addEventListener('paste', (event) => {
      const files = event.clipboardData?.files;
      if (byId('post-panel', HTMLElement).hidden || !files?.length) return;
      event.preventDefault();
      this.#take(files, 'pasted');
    });
  }

  get file(): File | undefined {
    return this.#file;
  }

  /** The name under which the image lies somewhere; what was pasted has none. */
  get fileName(): string | undefined {
    return this.#fileName;
  }

  set(file: File | undefined, origin: 'file' | 'pasted' = 'file'): void {
    if (this.#picture.src.startsWith('blob:')) URL.revokeObjectURL(this.#picture.src);
    this.#problem.textContent = '';
    this.#input.value = '';
    if (file !== undefined && file.size > this.maxBytes) {
      this.#problem.textContent = `The image has ${bytes(file.size)}; at most ${bytes(this.maxBytes)} are read.`;
      return;
    }
    this.#file = file;
    this.#fileName = origin === 'file' ? file?.name : undefined;
    this.#preview.hidden = file === undefined;
    this.#zone.hidden = file !== undefined;
    this.#preview.classList.remove('no-picture');
    if (file === undefined) this.#picture.removeAttribute('src');
    else this.#picture.src = URL.createObjectURL(file);
    this.#picture.alt = file === undefined ? '' : `Preview of ${file.name}`;
    this.#caption.textContent = file === undefined ? '' : `${file.name}, ${bytes(file.size)}`;
    this.#onChange();
  }

  #take(files: FileList | null | undefined, origin?: 'pasted'): void {
    const file = files?.[0];
    if (file === undefined) return;
    this.set(file, origin);
    if (files !== null && files !== undefined && files.length > 1) {
      this.#problem.textContent = 'A post has one image: the first one was taken.';
    }
  }

  #acceptDrops(area: HTMLElement): void {
    const mark = (over: boolean) => () => this.#zone.classList.toggle('over', over);
    area.addEventListener('dragenter', mark(true));
    area.addEventListener('dragleave', (event) => {
      if (!(event.relatedTarget instanceof Node && area.contains(event.relatedTarget))) mark(false)();
    });
    area.addEventListener('drop', (event) => {
      mark(false)();
      this.#take(event.dataTransfer?.files);
    });
  }
}
