"""An update of a stack in CloudFormation's order, for the local AWS API.

moto deletes what goes first, follows no replacement (a new model leaves the endpoint as it was), and never goes back. As
CloudFormation does it: what is new, changed or replaced in the order of dependencies; when all of that worked, what is
obsolete, the other way round; and when something failed, back to how it was.
"""

import copy

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import Stack
from moto.cloudformation.parsing import ResourceMap

import update_rules

moto_update = ResourceMap.update
moto_stack_update = Stack.update


def update(self, template, parameters=None):
    if not update_rules.present():
        return moto_update(self, template, parameters)
    before = {"Resources": copy.deepcopy(self._resource_json_map)}
    changes = update_rules.ask("changes", {"before": before, "after": template})
    old_resources = dict(self._parsed_resources)
    old_template = self._template
    self._use(template, parameters)
    obsolete = []
    done = []
    try:
        for logical_id in in_order(template["Resources"]):
            change = changes.get(logical_id, "none")
            if change == "none":
                continue
            done.append((logical_id, change))
            if change == "replace":
                obsolete.append((logical_id, self._parsed_resources.pop(logical_id, None)))
            apply(self, logical_id, change)
    except Exception as error:
        go_back(self, done, old_template, old_resources, before["Resources"])
        raise ValidationError(message=f"{type(error).__name__}: {error}") from error
    removed = [(name, self._parsed_resources.pop(name, None)) for name in before["Resources"] if changes.get(name) == "delete"]
    clean_up(self, obsolete + removed, before["Resources"])


def use(self, template, parameters=None):
    self._template = template
    # Before its first template a stack has none.
    self._resource_json_map = template.get("Resources", {})
    if parameters:
        self.input_parameters = parameters
    self.load_mapping()
    self.load_parameters()
    self.load_conditions()


def apply(self, logical_id, change):
    if change in ("create", "replace"):
        # Asking for a resource makes it.
        self[logical_id]
        return
    changed = parsing.parse_and_update_resource(
        logical_id, self._resource_json_map[logical_id], self, account_id=self._account_id, region_name=self._region_name
    )
    # moto cannot change every type; such a resource stays as it is.
    if changed is not None:
        self._parsed_resources[logical_id] = changed


def go_back(self, done, template, resources, before):
    made = {name: self._parsed_resources.get(name) for name, change in done if change != "update"}
    after = self._resource_json_map
    for logical_id, _ in reversed(done):
        resource = made.get(logical_id)
        if resource is not None and resource is not resources.get(logical_id):
            remove(self, resource, after[logical_id])
    self._parsed_resources.clear()
    self._parsed_resources.update(resources)
    self._use(template)
    for logical_id, change in done:
        if change == "update" and logical_id in before:
            apply(self, logical_id, "update")


def clean_up(self, obsolete, before):
    places = {name: place for place, name in enumerate(in_order(before))}
    for logical_id, resource in sorted(obsolete, key=lambda entry: places[entry[0]], reverse=True):
        if resource is not None and before[logical_id].get("DeletionPolicy") != "Retain":
            remove(self, resource, before[logical_id])


def remove(self, resource, resource_json):
    parsing.parse_and_delete_resource(
        resource.physical_resource_id, resource_json, self._account_id, self._region_name
    )


def in_order(resources):
    """Logical ids, each after those that it refers to."""
    order = []

    def visit(name):
        if name in order or name not in resources:
            return
        for reference in sorted(references(resources[name])):
            visit(reference)
        order.append(name)

    for name in resources:
        visit(name)
    return order


def references(value):
    if isinstance(value, list):
        return set().union(*(references(entry) for entry in value))
    if not isinstance(value, dict):
        return set()
    found = set()
    for key, inner in value.items():
        if key == "Ref":
            found.add(inner)
        elif key == "Fn::GetAtt":
            found.add(inner[0] if isinstance(inner, list) else inner.split(".")[0])
        elif key == "DependsOn":
            found.update([inner] if isinstance(inner, str) else inner)
        else:
            found |= references(inner)
    return found


def stack_update(self, template, role_arn=None, parameters=None, tags=None):
    before = self.template
    try:
        moto_stack_update(self, template, role_arn, parameters, tags)
    except Exception:
        self.template = before
        self._parse_template()
        self._add_stack_event("UPDATE_ROLLBACK_COMPLETE")
        self.status = "UPDATE_ROLLBACK_COMPLETE"
        raise


ResourceMap.update = update
ResourceMap._use = use
Stack.update = stack_update
