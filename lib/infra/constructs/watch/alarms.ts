/** Alarms made from rules, telling a topic. */
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { AlarmRule } from './alarm-rules.js';

export class Alarms extends Construct {
  readonly all: readonly Alarm[];

  /** @param topic told when an alarm goes off and when it is over; undefined for alarms that only show */
  constructor(scope: Construct, id: string, rules: readonly AlarmRule[], topic?: ITopic) {
    super(scope, id);
    this.all = rules.map((rule) => this.#create(rule, topic));
  }

  #create(rule: AlarmRule, topic: ITopic | undefined): Alarm {
    const alarm = new Alarm(this, rule.id, {
      metric: rule.metric,
      threshold: rule.threshold,
      comparisonOperator: rule.comparison,
      evaluationPeriods: rule.periods,
      datapointsToAlarm: rule.breaching,
      treatMissingData: rule.missing,
      alarmDescription: rule.description,
    });
    if (topic !== undefined) {
      const action = { bind: () => ({ alarmActionArn: topic.topicArn }) };
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
    return alarm;
  }
}
