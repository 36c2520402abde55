/** An inspection as text for people: sections of aligned rows, the most asked-for first. */
import type { EncoderArchitecture } from '../../checkpoint/architecture.js';
import type { ImageSpec, TextSpec } from '../../checkpoint/manifest.js';
import { decimalBytes, grouped } from '../terminal/units.js';
import type { InspectedModel, Inspection } from './inspection.js';

type Row = readonly [label: string, value: string];

const FAMILY_NAMES = { siglip: 'SigLIP', clip: 'CLIP' } as const;
const HEAD_NAMES = { fusion: 'gated-fusion head', multitask: 'multi-task head' } as const;

/** One line: what it is. */
export function headline({ kind, model, weights }: Inspection): string {
  if (model === null) return `safetensors file with ${weights.tensors} tensors, no classifier that is known`;
  const { family, head, classes, name, precision } = model;
  const what = `${FAMILY_NAMES[family]} classifier, ${HEAD_NAMES[head]}, ${classes.length} classes`;
  return `${name}: ${what}, ${grouped(weights.parameters)} parameters (${kind}${kind === 'pack' ? `, ${precision}` : ''})`;
}

export function render(inspection: Inspection): string {
  const { model, inferred, problems } = inspection;
  const sections = [
    headline(inspection),
    model?.demonstration
      ? 'A demonstration model: trained on made-up data or random. It must not judge real posts.'
      : '',
    section('Origin', origin(inspection)),
    section('Weights', weights(inspection)),
    model === null ? '' : section('Text', text(model.text, model.architecture?.text)),
    model === null ? '' : section('Image', image(model.image, model.architecture?.image)),
    model === null ? '' : section('Head', head(model)),
    model === null ? '' : section('Classes', classes(model)),
    section('Measured on its test split', Object.entries(inspection.metrics).map(measure)),
    section('Measured on its validation split', validation(inspection)),
    section('Files', files(inspection)),
    bullets('Inferred, not stated', inferred),
    bullets('Problems', problems),
  ];
  return sections.filter((part) => part !== '').join('\n\n');
}

function section(title: string, rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const width = Math.max(...rows.map(([label]) => label.length));
  return [title, ...rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`)].join('\n');
}

function bullets(title: string, sentences: readonly string[]): string {
  if (sentences.length === 0) return '';
  return [title, ...sentences.map(bullet)].join('\n');
}

/** A sentence, or several lines, broken at the width of a page. */
function bullet(sentence: string): string {
  const lines = sentence.split('\n').flatMap((line) => line.match(/.{1,96}(?:\s|$)|\S+/g) ?? []);
  return `  - ${lines.map((line) => line.trimEnd()).join('\n    ')}`;
}

function origin({ path, packHash, verified, source }: Inspection): Row[] {
  const rows: Row[] = [['path', path]];
  if (packHash !== null) rows.push(['pack', `${packHash} (${verified ? 'verified' : 'not verified'})`]);
  if (source === null) return rows;
  rows.push(['pulled', `${source.checkpoint.repository} at ${source.checkpoint.commit}`]);
  if (source.encoder !== null)
    rows.push(['encoder', `${source.encoder.repository} at ${source.encoder.commit}`]);
  return rows;
}

function weights({ weights: { file, bytes, tensors, parameters, dtypes, parts } }: Inspection): Row[] {
  const types = Object.entries(dtypes);
  const shown = types.length === 1 ? `all ${types[0]?.[0]}` : listCounts(types);
  const rows: Row[] = [
    ['file', `${file}, ${decimalBytes(bytes)}`],
    ['parameters', `${grouped(parameters)} in ${grouped(tensors)} tensors, ${shown}`],
  ];
  for (const [part, count] of Object.entries(parts)) {
    if (count > 0) rows.push([`  ${part}`, grouped(count)]);
  }
  return rows;
}

function listCounts(counts: readonly (readonly [string, number])[]): string {
  return counts.map(([name, count]) => `${name} ${grouped(count)}`).join(', ');
}

function encoder({ layers, heads, width, mlpWidth, activation }: EncoderArchitecture): Row {
  return ['encoder', `${layers} layers, ${heads} heads, width ${width}, MLP ${mlpWidth}, ${activation}`];
}

function text(spec: TextSpec, architecture: EncoderArchitecture | undefined): Row[] {
  return [
    ...(architecture ? [encoder(architecture)] : []),
    ['tokens', `at most ${spec.maxTokens}, of ${grouped(spec.vocabularySize)}`],
    ['padding', spec.keyMask ? 'hidden from attention' : 'seen by attention'],
    ['letters', spec.lowercase ? 'lowercased' : 'as they are'],
    [
      'pooled',
      spec.pooling === 'end-of-text' ? 'the end-of-text token' : `position ${spec.maxTokens - 1}, the last`,
    ],
    ['feature', `${spec.width} wide`],
  ];
}

function image(spec: ImageSpec, architecture: (EncoderArchitecture & { patch: number }) | undefined): Row[] {
  const { size, geometry, filter, mean, std, width } = spec;
  const fitted = geometry === 'squash' ? 'both edges resized' : 'short edge resized, centre cropped';
  return [
    ...(architecture ? [encoder(architecture)] : []),
    ['pixels', `${size} × ${size}${architecture ? `, patches of ${architecture.patch}` : ''}`],
    ['geometry', `${fitted}, ${filter}`],
    ['mean', mean.join(', ')],
    ['deviation', std.join(', ')],
    ['feature', `${width} wide`],
  ];
}

function head({ head: kind, architecture }: InspectedModel): Row[] {
  if (architecture === null) return [['kind', kind]];
  const { head } = architecture;
  const rows: Row[] = [
    ['kind', kind],
    ['fusion', `${head.fusionWidth} wide`],
  ];
  if (head.kind === 'multitask')
    rows.push([
      'per task',
      head.hiddenWidth === null ? 'one linear layer' : `a hidden layer of ${head.hiddenWidth}`,
    ]);
  return rows;
}

function classes(model: InspectedModel): Row[] {
  return model.classes.map(({ name, threshold }) => [name, `≥ ${threshold}`]);
}

function measure([name, value]: readonly [string, number | null]): Row {
  const shown = value === null ? 'no number' : String(Number(value.toFixed(4)));
  return [name, shown];
}

function validation({ validation: report }: Inspection): Row[] {
  return Object.entries(report ?? {}).map(([name, value]) =>
    value === null || typeof value === 'number'
      ? measure([name, value])
      : [
          name,
          Object.entries(value)
            .map(measure)
            .map((row) => row.join(' '))
            .join('  '),
        ],
  );
}

function files({ files: entries }: Inspection): Row[] {
  return Object.entries(entries).map(([name, { bytes, sha256 }]) => [
    name,
    `${decimalBytes(bytes).padStart(7)}  ${sha256}`,
  ]);
}
