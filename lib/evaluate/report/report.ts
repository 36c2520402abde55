/** The report of an evaluation, as one self-contained HTML file. */
import type { Policy } from '../../contract/policy.js';
import type { Evaluation } from '../evaluation.js';
import { openDrawing } from './charts/drawing.js';
import { count } from './numbers.js';
import { renderPage } from './page.js';
import type { Context, SectionWriter } from './section.js';
import { calibration } from './sections/calibration.js';
import { confusion } from './sections/confusion.js';
import { counterfactuals } from './sections/counterfactuals.js';
import { curves } from './sections/curves.js';
import { decisions } from './sections/decisions.js';
import { drift } from './sections/drift.js';
import { fairness } from './sections/fairness.js';
import { method } from './sections/method.js';
import { modalities } from './sections/modalities.js';
import { overview } from './sections/overview.js';
import { quality } from './sections/quality.js';
import { scores } from './sections/scores.js';
import { thresholds } from './sections/thresholds.js';
import { timeline } from './sections/timeline.js';

export interface ReportOptions {
  /** @default `Evaluation of <model>` with labels, `Monitoring of <model>` without */
  readonly title?: string;
  /** The policy that was evaluated: its review bands are drawn. @default no bands */
  readonly policy?: Policy;
}

const SECTIONS: readonly SectionWriter[] = [
  overview,
  quality,
  scores,
  decisions,
  curves,
  thresholds,
  calibration,
  confusion,
  modalities,
  fairness,
  counterfactuals,
  timeline,
  drift,
  method,
];

/**
 * Sections appear where the evaluation holds their data; live traffic without labels gets scores and drift. The file
 * needs no network and no script. Names of classes, groups, files and models may hold anything; they stay text.
 */
export async function renderReport(evaluation: Evaluation, options: ReportOptions = {}): Promise<string> {
  const { model, data } = evaluation;
  const context: Context = { evaluation, policy: options.policy, drawing: await openDrawing() };
  return renderPage({
    title: options.title ?? `${data.labelled ? 'Evaluation' : 'Monitoring'} of ${model.name}`,
    lead: `${count(data.judged)} posts, ${data.classes.length} classes, ${evaluation.created.slice(0, 10)}`,
    sections: SECTIONS.flatMap((write) => write(context) ?? []),
  });
}
