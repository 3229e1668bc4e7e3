"""A process that dies hard leaves the event with its job, or neither: kill -9 on both sides of the commit."""

import json
import subprocess
import sys

import pytest
from django.db import connection

from fengqiao.kernel.models import Event
from fengqiao.kernel.testing import run_jobs
from fengqiao.kernel.tests import test_events

pytestmark = pytest.mark.django_db(transaction=True)

WRITER = """
import json, os, signal, sys
import django
django.setup()
from django.db import connection, transaction
connection.settings_dict.update(json.loads(sys.argv[1]))
from fengqiao.kernel import events
from fengqiao.kernel.tests.test_events import AT, KettleBoiled
with transaction.atomic():
    events.record(KettleBoiled(number="1", on=AT.date()), actor="member:1", at=AT)
    if sys.argv[2] == "before the commit":
        os.kill(os.getpid(), signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("dies", "left"), [("before the commit", 0), ("after the commit", 1)])
def test_the_outbox_survives_a_hard_death(dies: str, left: int) -> None:
    names = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")
    where = json.dumps({name: connection.settings_dict[name] for name in names})
    writer = subprocess.run([sys.executable, "-c", WRITER, where, dies], capture_output=True, text=True, timeout=60)
    assert writer.returncode == -9, writer.stderr
    test_events.heard.clear()
    assert (Event.objects.count(), run_jobs()) == (left, left)
    assert test_events.heard == list(Event.objects.values_list("pk", flat=True))
