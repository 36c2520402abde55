/** The request of a post, as programs would send it. */
import type { Instance } from '../contract.js';
import { bytes } from '../format.js';

export interface Sent {
  /** Without an id. */
  readonly instance: Instance;
  /** Under which the image was chosen. */
  readonly fileName: string | undefined;
  /** Thresholds that differ from the model's. */
  readonly thresholds: Readonly<Record<string, number>>;
}

export const LANGUAGES = ['curl', 'typescript', 'aws'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The snippet in a language; `abbreviated` shows the start of an image's base64 only. */
export function snippet(language: Language, sent: Sent, server: string, abbreviated: boolean): string {
  if (language === 'typescript') return typescript(sent, server, abbreviated);
  const body = JSON.stringify(requestOf(sent, abbreviated), undefined, 2);
  // A quoted heredoc passes everything as it is; JSON escapes line ends, so no line of it can end the document.
  const command =
    language === 'curl'
      ? `curl -s ${server}/invocations -H 'content-type: application/json' --data-binary @-`
      : `aws sagemaker-runtime invoke-endpoint --endpoint-name "$ENDPOINT" \\\n` +
        `  --content-type application/json --body fileb:///dev/stdin /dev/stdout`;
  return `${command} <<'JSON'\n${body}\nJSON\n`;
}

function requestOf({ instance, thresholds }: Sent, abbreviated: boolean): object {
  const { text, image_base64: image } = instance;
  return {
    instances: [
      { ...(text && { text }), ...(image && { image_base64: abbreviated ? shorten(image) : image }) },
    ],
    ...(Object.keys(thresholds).length > 0 && { parameters: { thresholds } }),
  };
}

function typescript({ instance, fileName, thresholds }: Sent, server: string, abbreviated: boolean): string {
  const { text, image_base64: base64 } = instance;
  const image =
    fileName === undefined
      ? base64 && `{ base64: '${abbreviated ? shorten(base64) : base64}' }`
      : `imageFile(${JSON.stringify(fileName)})`;
  const fields = [...(text ? [`text: ${JSON.stringify(text)}`] : []), ...(image ? [`image: ${image}`] : [])];
  const options = Object.keys(thresholds).length > 0 ? `, ${JSON.stringify({ thresholds })}` : '';
  const imports =
    image !== undefined && fileName !== undefined ? 'imageFile, ModerationClient' : 'ModerationClient';
  return `import { ${imports} } from 'multimodal-moderation-client';

const client = new ModerationClient({ url: ${JSON.stringify(server)} });
const { prediction } = await client.classify({
  ${fields.join(',\n  ')},
}${options});
console.log(prediction.any_harmful, prediction.probabilities);
`;
}

function shorten(base64: string): string {
  return `${base64.slice(0, 24)}… (${bytes(Math.floor((base64.length * 3) / 4))})`;
}
