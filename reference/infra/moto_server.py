"""A local AWS API for tests of deployments: moto's server, with the CloudFormation resources that it lacks.

    UPDATE_RULES_URL=http://127.0.0.1:PORT python reference/infra/moto_server.py PORT

Alarms are real ones of moto's CloudWatch, scaling targets of its Application Auto Scaling. Scaling policies and inference
components are only recorded, so that references to them resolve and deleting a stack deletes them. With UPDATE_RULES_URL
(see update_rules.py) stacks are updated in CloudFormation's order, and endpoints by the rules of UpdateEndpoint. Listens on
127.0.0.1, on a port of its own choice for PORT 0, and tells the address on stderr. Needs moto[server].
"""

import sys

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.common_models import CloudFormationModel
from moto.server import main

import change_sets  # noqa: F401
import hosting_resources  # noqa: F401
import stack_resources  # noqa: F401
import stack_update  # noqa: F401


class AlarmResource(CloudFormationModel):
    # moto reads the name of a service from the second part.
    __module__ = "reference.cloudwatch"

    def __init__(self, alarm):
        self.alarm = alarm

    @property
    def physical_resource_id(self):
        return self.alarm.name

    @staticmethod
    def cloudformation_name_type():
        return "AlarmName"

    @staticmethod
    def cloudformation_type():
        return "AWS::CloudWatch::Alarm"

    @classmethod
    def has_cfn_attr(cls, attr):
        return attr == "Arn"

    def get_cfn_attribute(self, attribute_name):
        return self.alarm.alarm_arn

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name, cloudformation_json, account_id, region_name, **kwargs
    ):
        properties = cloudformation_json["Properties"]
        alarm = cloudwatch_backends[account_id][region_name].put_metric_alarm(
            name=resource_name,
            namespace=properties.get("Namespace"),
            metric_name=properties.get("MetricName"),
            comparison_operator=properties["ComparisonOperator"],
            evaluation_periods=int(properties["EvaluationPeriods"]),
            period=int(properties.get("Period", 0)),
            threshold=float(properties["Threshold"]),
            statistic=properties.get("Statistic"),
            extended_statistic=properties.get("ExtendedStatistic"),
            description=properties.get("AlarmDescription"),
            dimensions=properties.get("Dimensions", []),
            alarm_actions=properties.get("AlarmActions", []),
            ok_actions=properties.get("OKActions", []),
        )
        return cls(alarm)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        return cls.create_from_cloudformation_json(
            original_resource.alarm.name, cloudformation_json, account_id, region_name
        )

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name, cloudformation_json, account_id, region_name
    ):
        cloudwatch_backends[account_id][region_name].delete_alarms([resource_name])

    def is_created(self):
        return True


def recorded(resource_type):
    """A resource type that exists as a physical id alone."""

    class Recorded(CloudFormationModel):
        __module__ = "reference.recorded"

        def __init__(self, name):
            self.name = name

        @property
        def physical_resource_id(self):
            return self.name

        @staticmethod
        def cloudformation_name_type():
            return ""

        @staticmethod
        def cloudformation_type():
            return resource_type

        @classmethod
        def has_cfn_attr(cls, attr):
            return False

        @classmethod
        def create_from_cloudformation_json(
            cls, resource_name, cloudformation_json, account_id, region_name, **kwargs
        ):
            return cls(resource_name)

        @classmethod
        def update_from_cloudformation_json(
            cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
        ):
            return original_resource

        @classmethod
        def delete_from_cloudformation_json(
            cls, resource_name, cloudformation_json, account_id, region_name
        ):
            pass

        def is_created(self):
            return True

    return Recorded


# Kept by name: moto finds resource types as the living subclasses of CloudFormationModel.
RECORDED = [
    recorded("AWS::ApplicationAutoScaling::ScalingPolicy"),
    recorded("AWS::SageMaker::InferenceComponent"),
]

if __name__ == "__main__":
    main(["-H", "127.0.0.1", "-p", sys.argv[1]])
