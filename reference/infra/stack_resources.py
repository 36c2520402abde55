"""What stands around an endpoint, for the local AWS API, where moto's resources are not yet CloudFormation's.

A parameter of Systems Manager needs no name, and a log group can be changed and goes with its stack or its name.
"""

from moto.logs.models import LogGroup, logs_backends
from moto.ssm.models import Parameter

moto_create_parameter = Parameter.create_from_cloudformation_json.__func__


def create_parameter(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    named = {"Name": resource_name, **cloudformation_json["Properties"]}
    return moto_create_parameter(cls, resource_name, {"Properties": named}, account_id, region_name, **kwargs)


def update_log_group(
    cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
):
    original_resource.retention_in_days = cloudformation_json["Properties"].get("RetentionInDays")
    return original_resource


def delete_log_group(cls, resource_name, cloudformation_json, account_id, region_name):
    logs_backends[account_id][region_name].delete_log_group(resource_name)


Parameter.create_from_cloudformation_json = classmethod(create_parameter)
LogGroup.update_from_cloudformation_json = classmethod(update_log_group)
LogGroup.delete_from_cloudformation_json = classmethod(delete_log_group)
