import type { Classifier } from '../lib/engine/classifier.js';
import type { ClassifierOptions } from '../lib/engine/options.js';

export type { Admission, Demand } from '../lib/engine/admission.js';
export type { Answer, Classification, Post } from '../lib/engine/classification.js';

/** What the server needs of the engine: a classifier, or what a test puts in its place. */
export type Engine = Pick<
  Classifier,
  'manifest' | 'packHash' | 'device' | 'status' | 'admit' | 'stats' | 'drain' | 'close'
>;

/** `Classifier.load`, or what a test puts in its place. */
export type LoadEngine = (packFolder: string, options: ClassifierOptions) => Promise<Engine>;
