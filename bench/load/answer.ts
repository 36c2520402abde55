import type { Reply } from './connection.js';

/** Probabilities by class name, of the one post that a request holds. */
export type Answer = Readonly<Record<string, number>>;

/** Reads a reply to one post. Throws when the post was not classified, whatever the status says. */
export function readAnswer({ status, body }: Reply): Answer {
  if (status !== 200) throw new Error(`status ${status}: ${body.slice(0, 300)}`);
  const { predictions } = JSON.parse(body) as { predictions?: { probabilities?: Answer }[] };
  const probabilities = predictions?.[0]?.probabilities;
  if (probabilities === undefined || !Object.values(probabilities).every(Number.isFinite)) {
    throw new Error(`an answer without probabilities: ${body.slice(0, 300)}`);
  }
  return probabilities;
}
