"""Change sets as `cdk deploy` uses them, for the local AWS API.

moto fails where a change set is asked for that is not there, makes no outputs of what a change set has done, and
takes what it read from Systems Manager for the value of a parameter. An update that fails is told as AWS does
it: by the state of the stack, not by the call. Before 5.2.5 it summarizes no template without a version.
"""

from moto.cloudformation import responses
from moto.cloudformation.exceptions import CloudFormationError
from moto.cloudformation.models import CloudFormationBackend, Stack


VERSION = "AWSTemplateFormatVersion"

moto_summary = responses.get_template_summary_response_from_template


class ChangeSetNotFound(CloudFormationError):
    code = "ChangeSetNotFound"

    def __init__(self, name):
        super().__init__(f"ChangeSet [{name}] does not exist")


def describe_change_set(self, change_set_name):
    for change_set in reversed(self.change_sets.values()):
        if change_set_name in (change_set.change_set_id, change_set.change_set_name):
            return change_set
    raise ChangeSetNotFound(change_set_name)


def delete_change_set(self, change_set_name):
    for change_set_id, change_set in list(self.change_sets.items()):
        if change_set_name in (change_set_id, change_set.change_set_name):
            del self.change_sets[change_set_id]


def execute_change_set(self, change_set_name, stack_name=None):
    change_set = self.describe_change_set(change_set_name)
    stack, action = change_set.stack, change_set.change_set_type
    change_set.execution_status = "EXECUTE_IN_PROGRESS"
    stack._add_stack_event(f"{action}_IN_PROGRESS", resource_status_reason="User Initiated")
    try:
        stack.resource_map.update(change_set.template_dict, change_set.parameters)
    except Exception as error:
        change_set.execution_status = "EXECUTE_FAILED"
        fail(stack, "ROLLBACK" if action == "CREATE" else "UPDATE_ROLLBACK", str(error))
        return
    change_set.execution_status = "EXECUTE_COMPLETE"
    stack.template, stack.parameters = change_set.template, change_set.parameters
    stack._parse_template()
    stack.output_map = stack._create_output_map()
    stack.status = f"{action}_COMPLETE"
    stack._add_stack_event(stack.status)


def fail(stack, kind, reason):
    stack._add_stack_event(f"{kind}_IN_PROGRESS", resource_status_reason=reason)
    stack.status = f"{kind}_COMPLETE"
    stack._add_stack_event(stack.status)


def given_parameters(stack):
    """Values as they were given: those of Systems Manager by name."""
    slots = stack.resource_map._template.get("Parameters", {})
    given = stack.resource_map.input_parameters
    return {name: given.get(name, slot.get("Default")) for name, slot in slots.items()}


def summary(template):
    if VERSION in template:
        return moto_summary(template)
    text = template.lstrip()
    if text.startswith("{"):
        return moto_summary('{"%s": "2010-09-09",%s' % (VERSION, text[1:]))
    return moto_summary('%s: "2010-09-09"\n%s' % (VERSION, template))


responses.get_template_summary_response_from_template = summary
CloudFormationBackend.describe_change_set = describe_change_set
CloudFormationBackend.delete_change_set = delete_change_set
CloudFormationBackend.execute_change_set = execute_change_set
Stack.stack_parameters = property(given_parameters)
