import type { Limits } from '../../lib/contract/limits.js';
import type { Health, ModelInfo } from '../../lib/contract/reply.js';
import { modelInfo } from '../reply/model-info.js';
import type { Service } from '../service.js';

/** What the page must know before the first request: `GET /playground/info`. */
export interface PlaygroundInfo {
  readonly status: Health;
  /** Undefined while the model loads. */
  readonly model?: LoadedModel;
  readonly limits: Pick<Limits, 'maxItems' | 'maxBodyBytes' | 'maxTextChars' | 'maxImageBytes'>;
}

export interface LoadedModel extends ModelInfo {
  /** In the model's order. */
  readonly classes: readonly { readonly name: string; readonly threshold: number }[];
}

export function playgroundInfo(service: Service, limits: Limits): PlaygroundInfo {
  const { maxItems, maxBodyBytes, maxTextChars, maxImageBytes } = limits;
  const model = loadedModel(service);
  return {
    status: service.health(),
    ...(model && { model }),
    limits: { maxItems, maxBodyBytes, maxTextChars, maxImageBytes },
  };
}

function loadedModel({ loaded }: Service): LoadedModel | undefined {
  if (loaded === undefined) return undefined;
  const { classNames, thresholds } = loaded.manifest;
  return {
    ...modelInfo(loaded),
    classes: classNames.map((className, index) => ({ name: className, threshold: thresholds[index] ?? 0.5 })),
  };
}
