"""Endpoints and their scaling for the local AWS API, closer to SageMaker than moto's own."""

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.common_models import CloudFormationModel
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeEndpoint, FakeEndpointConfig, SageMakerModelBackend, sagemaker_backends

import update_rules

VARIANT_DIMENSION = "sagemaker:variant:DesiredInstanceCount"

# moto would make up a name, and knows instance types of years ago.
FakeEndpoint.cloudformation_name_type = staticmethod(lambda: "EndpointName")
FakeEndpointConfig.validate_instance_type = lambda self, instance_type: None

moto_create_endpoint = SageMakerModelBackend.create_endpoint
moto_delete_endpoint = SageMakerModelBackend.delete_endpoint
moto_validate_variants = SageMakerModelBackend.validate_production_variants
moto_update_endpoint = FakeEndpoint.update_from_cloudformation_json


def create_endpoint(self, endpoint_name, endpoint_config_name, tags):
    if endpoint_name in self.endpoints:
        raise ValidationError(message=f'Cannot create already existing endpoint "{self.endpoints[endpoint_name].arn}".')
    return moto_create_endpoint(self, endpoint_name, endpoint_config_name, tags)


def delete_endpoint(self, endpoint_name):
    """SageMaker deregisters what was scaled."""
    targets = applicationautoscaling_backends[self.account_id][self.region_name].targets
    for resource_id in list(targets.get(VARIANT_DIMENSION, {})):
        if resource_id.startswith(f"endpoint/{endpoint_name}/"):
            del targets[VARIANT_DIMENSION][resource_id]
    moto_delete_endpoint(self, endpoint_name)


def validate_variants(self, production_variants):
    """A variant of inference components has no model."""
    moto_validate_variants(self, [variant for variant in production_variants if "ModelName" in variant])


def update_endpoint(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    """UpdateEndpoint: refused by the rules, or the same endpoint with another configuration."""
    if not update_rules.present():
        return moto_update_endpoint(
            original_resource, new_resource_name, cloudformation_json, account_id, region_name
        )
    backend = sagemaker_backends[account_id][region_name]
    endpoint = backend.endpoints.get(original_resource.endpoint_name)
    if endpoint is None:
        raise ValidationError(message=f'Could not find endpoint "{original_resource.arn}".')
    properties = cloudformation_json["Properties"]
    config = backend.endpoint_configs[properties["EndpointConfigName"]]
    targets = applicationautoscaling_backends[account_id][region_name].targets
    answer = update_rules.ask(
        "refusals",
        {
            "endpoint": endpoint.response_object,
            "config": described(backend.endpoint_configs[endpoint.endpoint_config_name]),
            "scaledResources": list(targets.get(VARIANT_DIMENSION, {})),
            "wantedEndpoint": properties,
            "wantedConfig": described(config),
            "alarms": list(cloudwatch_backends[account_id][region_name].alarms),
        },
    )
    if answer["refusals"]:
        raise ValidationError(message=" ".join(answer["refusals"]))
    endpoint.endpoint_config_name = config.endpoint_config_name
    endpoint.production_variants = endpoint._process_production_variants(config.production_variants)
    for variant in endpoint.production_variants:
        set_count(variant, answer["fleet"].get(variant["VariantName"]))
    return endpoint


def described(config):
    return {"ProductionVariants": config.production_variants, "AsyncInferenceConfig": config.async_inference_config}


def set_count(variant, count):
    if count is not None:
        variant["CurrentInstanceCount"] = variant["DesiredInstanceCount"] = count


SageMakerModelBackend.create_endpoint = create_endpoint
SageMakerModelBackend.delete_endpoint = delete_endpoint
SageMakerModelBackend.validate_production_variants = validate_variants
FakeEndpointConfig.validate_production_variants = lambda self, production_variants: None
FakeEndpoint.update_from_cloudformation_json = classmethod(update_endpoint)


class ScalableTarget(CloudFormationModel):
    """Registered with moto's Application Auto Scaling, which lifts a fleet to its minimum at once."""

    __module__ = "reference.scalabletarget"

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
        return "AWS::ApplicationAutoScaling::ScalableTarget"

    @classmethod
    def has_cfn_attr(cls, attr):
        return False

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        resource_id, dimension = properties["ResourceId"], properties["ScalableDimension"]
        minimum, maximum = int(properties["MinCapacity"]), int(properties["MaxCapacity"])
        # moto knows no dimension of inference components.
        if dimension == VARIANT_DIMENSION:
            applicationautoscaling_backends[account_id][region_name].register_scalable_target(
                "sagemaker", resource_id, dimension, minimum, maximum, "", None
            )
            lift(account_id, region_name, resource_id, minimum)
        return cls(f"{resource_id}|{dimension}|sagemaker")

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name):
        resource_id, dimension, _ = resource_name.split("|")
        targets = applicationautoscaling_backends[account_id][region_name].targets
        targets.get(dimension, {}).pop(resource_id, None)

    def is_created(self):
        return True


def lift(account_id, region_name, resource_id, minimum):
    _, endpoint_name, _, variant_name = resource_id.split("/")
    endpoint = sagemaker_backends[account_id][region_name].endpoints[endpoint_name]
    for variant in endpoint.production_variants:
        if variant["VariantName"] == variant_name:
            set_count(variant, max(minimum, variant.get("DesiredInstanceCount", 0)))
