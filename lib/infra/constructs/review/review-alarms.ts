import { ComparisonOperator, type IMetric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { AlarmRule } from '../watch/alarm-rules.js';
import type { Thresholds } from '../watch/thresholds.js';
import type { ReviewEvents } from './review-events.js';

/** What tells that posts for review are being lost, or that nobody looks at them. */
export function reviewAlarmRules(
  { queue, deadLetterQueue }: ReviewEvents,
  { reviewAgeS, reviewDeadLetters }: Thresholds,
): AlarmRule[] {
  if (queue === undefined || deadLetterQueue === undefined) return [];
  const options = { statistic: Stats.MAXIMUM, period: Duration.minutes(5) };
  return [
    above('ReviewAge', queue.metricApproximateAgeOfOldestMessage(options), reviewAgeS, {
      description: 'Posts wait for a person for too long, in seconds. SQS deletes them in the end.',
    }),
    above(
      'ReviewDeadLetters',
      deadLetterQueue.metricApproximateNumberOfMessagesVisible(options),
      reviewDeadLetters,
      {
        description:
          'Posts for review were not delivered, or read in vain. Look into the dead-letter queue and move them back.',
      },
    ),
  ];
}

function above(
  id: string,
  metric: IMetric,
  threshold: number,
  { description }: { description: string },
): AlarmRule {
  return {
    id,
    metric,
    threshold,
    comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    periods: 1,
    breaching: 1,
    missing: TreatMissingData.NOT_BREACHING,
    description,
  };
}
