/** A SageMaker model card: what the model is for, what it is not for, and how well it does. */
import { CfnModelCard } from 'aws-cdk-lib/aws-sagemaker';
import { Names } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { defined } from '../defined.js';
import type { ModelReport } from './model-report.js';

export interface ModelCardProps {
  readonly report: ModelReport;
  /** @default - made from the path of the construct */
  readonly name?: string;
  /** Who answers for the model. @default - not stated */
  readonly owner?: string;
}

const PURPOSE =
  'Flags hateful posts, text with or without an image, for human review: one probability a class.';
const USES =
  'Ordering a queue of human review, and measuring a service. A flag is no verdict: it is compared with a threshold ' +
  'that weighs missed posts against wrongly flagged ones.';
const CAVEATS =
  'Not for judging persons, for deletion without review, or for languages and communities that it was not measured on. ' +
  'It reads the first tokens of a text and a small square of an image. Measure thresholds again on your own posts.';
const ETHICS =
  'Errors fall unevenly: reclaimed words, dialects and quotations are flagged more often. Compare error rates by group, ' +
  'and offer an appeal.';

export class ModelCard extends Construct {
  readonly resource: CfnModelCard;

  constructor(scope: Construct, id: string, { report, name, owner }: ModelCardProps) {
    super(scope, id);
    this.resource = new CfnModelCard(this, 'Resource', {
      modelCardName: name ?? Names.uniqueResourceName(this, { maxLength: 63, separator: '-' }),
      modelCardStatus: report.demonstration ? 'Draft' : 'PendingReview',
      content: {
        modelOverview: defined({
          modelName: report.name,
          modelDescription: `${report.name}, content hash ${report.files.hash}`,
          problemType: 'Multi-label classification',
          algorithmType: 'Dual encoder with gated late fusion',
          modelOwner: owner,
        }),
        intendedUses: {
          purposeOfModel: PURPOSE,
          intendedUses: report.demonstration ? `Demonstration only: trained on made-up data. ${USES}` : USES,
          riskRating: 'High',
          explanationsForRiskRating: 'It has a part in what people may say and what they must read.',
        },
        evaluationDetails: evaluations(report),
        additionalInformation: {
          caveatsAndRecommendations: CAVEATS,
          ethicalConsiderations: ETHICS,
          customDetails: Object.fromEntries(
            Object.entries(report.thresholds).map(([label, value]) => [`threshold ${label}`, String(value)]),
          ),
        },
      },
    });
  }
}

function evaluations({ testMetrics, valReport }: ModelReport): CfnModelCard.EvaluationDetailProperty[] {
  const rows = Object.entries(valReport ?? {}).flatMap(([group, row]) =>
    typeof row === 'object' && row !== null
      ? [{ name: group, metricData: metrics(Object.entries(row)) }]
      : [{ name: 'overall', metricData: metrics([[group, row]]) }],
  );
  return [
    {
      name: 'test',
      metricGroups: [{ name: 'test_metrics', metricData: metrics(Object.entries(testMetrics)) }],
    },
    { name: 'validation', metricGroups: rows },
  ].filter(({ metricGroups }) => metricGroups.some(({ metricData }) => metricData.length > 0));
}

function metrics(
  entries: readonly (readonly [string, number | null])[],
): CfnModelCard.MetricDataItemsProperty[] {
  return entries
    .filter((entry): entry is readonly [string, number] => entry[1] !== null)
    .map(([name, value]) => ({ name, type: 'number', value }));
}
