"""An export leaves a row in the read audit before the file leaves the house."""

import pytest
from django.test import RequestFactory
from tests import world

from fengqiao.kernel import clock
from fengqiao.people import access, pages
from fengqiao.people.actions import note_reading
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


def test_the_auditor_reads_words_and_no_codes() -> None:
    duty = world.member(Role.CLERK, world.places().street)
    actor, at = access.actor_for(duty), clock.now()
    told = {"actor": actor, "at": at}
    rows = [
        note_reading(what="export.csv", subject="contacts", purpose="1204 rows", **told),
        note_reading(what="forbidden", subject="", purpose="intake.dispatch", outcome="refused", **told),
        note_reading(what="forbidden", subject="", purpose="people.unheard_of", outcome="refused", **told),
    ]
    said = [words for _row, words in pages._in_words(rows)]
    assert [(one["what"], one["purpose"], one["subject"]) for one in said] == [
        ("整份名单导出成文件", "1204行", ""),
        ("不属于本人的操作", "派单、转出、调整紧急程度", ""),
        ("不属于本人的操作", "", ""),
    ]
