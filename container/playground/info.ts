import type { Limits } from '../../lib/contract/limits.js';
import type { Health, ModelInfo } from '../../lib/contract/reply.js';
import type { Service } from '../service.js';

/** What the page must know before the first request: `GET /playground/info`. */
export interface PlaygroundInfo {
  readonly status: Health;
  /** Undefined while the model loads. */
  readonly model?: LoadedModel;
  readonly limits: Pick<Limits, 'maxItems' | 'maxBodyBytes' | 'maxTextChars' | 'maxImageBytes'>;
}

export interface LoadedModel extends ModelInfo {
  /** Where it runs: cpu or cuda. */
  readonly device: string;
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
  const { name, precision, demonstration, classNames, thresholds } = loaded.manifest;
  return {
    name,
    pack: loaded.packHash,
    precision,
    demonstration,
    device: loaded.device.used,
    classes: classNames.map((className, index) => ({ name: className, threshold: thresholds[index] ?? 0.5 })),
  };
}
