/** Times an evaluation: `node dist/bench/evaluate.js [rows] [classes] [samples]`, by default 100000 5 1000. */
import { evaluate } from '../lib/evaluate/evaluate.js';
import { Random } from '../lib/numeric/random.js';
import { sigmoid } from '../lib/numeric/sigmoid.js';

const [rows = 100_000, classes = 5, samples = 1000] = process.argv.slice(2).map(Number);
const random = new Random(1);
const labels = Array.from({ length: classes }, () =>
  Uint8Array.from({ length: rows }, () => Number(random.uniform() < 0.05)),
);
const probabilities = labels.map((column) =>
  Float64Array.from(column, (label) => sigmoid(2 * random.normal() - 3 + 3 * label)),
);
const combinations = Uint8Array.from({ length: rows }, (_, row) => row % 3);
const start = performance.now();
const { summary } = await evaluate(
  {
    scores: {
      classNames: labels.map((_, index) => `class-${index}`),
      rows,
      probabilities,
      labels,
      combinations,
    },
    data: { name: 'made up', sha256: '0'.repeat(64) },
    model: { name: 'made up', pack: null, precision: null, demonstration: true },
    thresholds: { all: labels.map(() => 0.5), source: 'made up' },
  },
  { bootstrap: { samples } },
);
const seconds = (performance.now() - start) / 1000;
const { value, low, high } = summary?.f1.macro ?? {};
console.log(`${rows} rows, ${classes} classes, 3 slices, ${samples} resamples: ${seconds.toFixed(1)} s`);
console.log(`macro F1 ${value?.toFixed(4)} (${low?.toFixed(4)} to ${high?.toFixed(4)})`);
