/** A SageMaker model card: what the model is for, what it is not for, and how well it does. */
import { CfnModelCard } from 'aws-cdk-lib/aws-sagemaker';
import { Names } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { defined } from '../defined.js';
import { check, fails } from '../rules.js';
import type { Measured, Metric } from './measured.js';
import type { ModelReport } from './model-report.js';
import { plainName, plainText } from './plain-text.js';

export interface ModelCardProps {
  readonly report: ModelReport;
  /** 1 to 63 letters, digits and hyphens. @default - made from the path of the construct */
  readonly name?: string;
  /** Who answers for the model, up to 1024 characters. @default - not stated */
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

/** Characters, by SageMaker's schema of a card. */
const MAX = { card: 100_000, text: 1024, observation: 2048, group: 63, metric: 255, value: 63 } as const;

export class ModelCard extends Construct {
  readonly resource: CfnModelCard;

  /** @throws ModerationError `invalid_configuration` where SageMaker would refuse the card */
  constructor(scope: Construct, id: string, { report, name, owner }: ModelCardProps) {
    super(scope, id);
    const { evaluationDetails, ...rest } = contentOf(report, owner);
    const characters = JSON.stringify({ ...rest, evaluationDetails }).length;
    check(`model card of ${report.files.folder}`, [
      {
        broken: fails(name, (known) => /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/.test(known)),
        problem: `name is ${JSON.stringify(name)}; expected 1 to 63 letters, digits and hyphens.`,
      },
      {
        broken: characters > MAX.card,
        problem: `it would have ${characters} characters; SageMaker takes ${MAX.card}. Put fewer values into test_metrics.json and val_report.json.`,
      },
    ]);
    this.resource = new CfnModelCard(this, 'Resource', {
      modelCardName: name ?? Names.uniqueResourceName(this, { maxLength: 63, separator: '-' }),
      modelCardStatus: report.demonstration ? 'Draft' : 'PendingReview',
      content: rest,
    });
    // The library takes the value of a metric for an object, where SageMaker wants the number or text itself; what is
    // overridden is not held to that.
    this.resource.addPropertyOverride('Content.EvaluationDetails', evaluationDetails);
  }
}

function contentOf(report: ModelReport, owner: string | undefined) {
  return {
    modelOverview: defined({
      modelName: plainText(report.name, MAX.text),
      modelDescription: `${plainText(report.name, MAX.text - 100)}, content hash ${report.files.hash}`,
      problemType: 'Multi-label classification',
      algorithmType: 'Dual encoder with gated late fusion',
      modelOwner: owner === undefined ? undefined : plainText(owner, MAX.text),
    }),
    intendedUses: {
      purposeOfModel: PURPOSE,
      intendedUses: report.demonstration ? `Demonstration only: trained on made-up data. ${USES}` : USES,
      riskRating: 'High',
      explanationsForRiskRating: 'It has a part in what people may say and what they must read.',
    },
    evaluationDetails: [evaluation('test', report.test), evaluation('validation', report.validation)].filter(
      ({ MetricGroups, EvaluationObservation }) =>
        MetricGroups.length > 0 || EvaluationObservation !== undefined,
    ),
    additionalInformation: {
      caveatsAndRecommendations: CAVEATS,
      ethicalConsiderations: ETHICS,
      customDetails: Object.fromEntries(
        Object.entries(report.thresholds).map(([label, value]) => [
          `threshold ${plainName(label, MAX.metric)}`,
          String(value),
        ]),
      ),
    },
  };
}

/** With the names of a template. */
function evaluation(name: string, { groups, leftOut }: Measured) {
  return defined({
    Name: name,
    MetricGroups: groups.map((group) => ({
      Name: plainName(group.name, MAX.group),
      MetricData: group.metrics.map(metric),
    })),
    EvaluationObservation:
      leftOut.length === 0
        ? undefined
        : plainText(`Not shown, as a card takes single values only: ${leftOut.join(', ')}`, MAX.observation),
  });
}

function metric({ name, value }: Metric) {
  return {
    Name: plainName(name, MAX.metric),
    Type: typeof value,
    Value: typeof value === 'string' ? plainText(value, MAX.value) : value,
  };
}
