"""An export leaves a row in the read audit before the file leaves the house."""

import pytest
from django.test import RequestFactory
from tests import world

from fengqiao.people import access
from fengqiao.people.models import ReadAudit
from fengqiao.people.rules import Role
from fengqiao.shell import listing

pytestmark = pytest.mark.django_db


def test_an_export_is_written_down() -> None:
    duty = world.member(Role.CLERK, world.places().street)
    request = RequestFactory().get("/desk/")
    request.actor = access.actor_for(duty)
    for hook in listing.on_export:
        hook(request, "contacts", "csv", 1204)
    row = ReadAudit.objects.get()
    assert (row.what, row.subject, row.purpose) == ("export.csv", "contacts", "1204 rows")
    assert row.actor == f"member:{duty.pk}"
