"""Working hours of organisations, for the clocks of the kernel."""

from __future__ import annotations

from collections.abc import Collection

from fengqiao.kernel.calendar import WorkingHours
from fengqiao.people.models import Organisation


def hours_of(organisation_ids: Collection[int]) -> dict[int, WorkingHours]:
    """The hours of those organisations that state any. One query."""
    if not organisation_ids:
        return {}
    held = Organisation.objects.filter(pk__in=organisation_ids).exclude(working_hours={})
    return {pk: WorkingHours.parse(hours) for pk, hours in held.values_list("pk", "working_hours")}
