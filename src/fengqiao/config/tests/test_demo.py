"""The demonstration district is whole, consistent and never mixes with a real one."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from fengqiao.config.demo import loading, people
from fengqiao.disputes.models import Dispute
from fengqiao.intake import figures, queries, search
from fengqiao.intake.models import Contact, DispatchRule, Entry
from fengqiao.intake.rules import CLOSED, Mover, Stage
from fengqiao.kernel import numbers, scoping
from fengqiao.kernel.actor import system
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.models import Deadline
from fengqiao.mediation import queries_weigh
from fengqiao.mediation.models import Body, Mediation, Mediator
from fengqiao.people.actions.persons import phone_index
from fengqiao.people.models import Area, Membership, Organisation, Person, ReadAudit

AT = dt.datetime(2026, 3, 10, 15, 20, tzinfo=CHINA)


@pytest.fixture
def district(db) -> None:
    call_command("sync_reference", verbosity=0)
    loading.load(at=AT)
    scoping.apply(system("test"))


def test_the_district_is_whole_and_every_story_holds_together(district) -> None:
    kinds = dict(Area.objects.values_list("kind").annotate(n=Count("pk")))
    assert (kinds["district"], kinds["street"], kinds["community"]) == (1, 6, 40)
    assert kinds["grid"] == 300
    assert Organisation.objects.filter(kind="mediation").count() == 43
    assert DispatchRule.objects.count() > 25
    assert Organisation.objects.values("phone").distinct().count() == Organisation.objects.count()
    stages = set(Contact.objects.values_list("stage", flat=True))
    assert stages == set(Stage)
    neighbours = Person.objects.filter(phone_index=phone_index(people.RESIDENT)).values_list("pk", flat=True)
    assert ReadAudit.objects.filter(person_id__in=list(neighbours)).exists()
    assert set(ReadAudit.objects.values_list("outcome", flat=True)) == {"seen", "refused"}
    assert not queries.ownerless().exists()
    assert all(numbers.is_valid(number) for number in Contact.objects.values_list("number", flat=True)[:200])

    told = figures.counted(Contact.objects.all())
    assert 0.01 < told["repeated"] / told["received"] < 0.15, "some people come back with the same matter"

    assert not Contact.objects.filter(stage__in=CLOSED, closed_at=None).exists()
    assert not Entry.objects.filter(at__gt=AT).exists()
    closed = Contact.objects.filter(closed_at__isnull=False).values_list("number", flat=True)
    assert not Deadline.objects.filter(subject__in=closed, state__in=["running", "paused"]).exists()
    for contact in Contact.objects.filter(closed_at=None)[:50]:
        assert contact.due_at is not None or contact.stage in {Stage.WAITING, Stage.HANDLING}

    assert len(search.ids_of_words(["暖气"])) == search.MOST, "the search knows the contacts from the first minute on"

    late = {unit: (n, n_late) for unit, n, n_late in _owed()}
    assert all(n_late / n <= 0.5 for n, n_late in late.values() if n >= 10), late
    assert 0.02 < sum(n for _n, n in late.values()) / sum(n for n, _n in late.values()) < 0.3, late

    staffed = set(Membership.objects.filter(role="community_worker").values_list("organisation_id", flat=True))
    committees = set(Organisation.objects.filter(kind__in=["community", "village"]).values_list("pk", flat=True))
    assert committees <= staffed

    assert (Body.objects.count(), Mediator.objects.count()) == (43, 160)
    assert not Body.objects.filter(mediators__isnull=True).exists()
    running = Mediation.objects.exclude(stage="ended").order_by("stage").values_list("stage", flat=True)
    assert list(running) == ["choosing", "proposed", "running", "running", "sent"]


def _owed() -> list[tuple[str, int, int]]:
    """Of each organisation: its open matters whose next move is the staff's, and how many of them are overdue."""
    owed = Contact.objects.filter(closed_at=None).exclude(mover=Mover.PERSON)
    counted = owed.values(owner=Coalesce("unit", "desk")).annotate(
        n=Count("pk"), late=Count("pk", filter=Q(due_at__lt=AT))
    )
    names = dict(Organisation.objects.values_list("pk", "name"))
    return [(names[row["owner"]], row["n"], row["late"]) for row in counted]


def test_every_duty_somebody_holds_can_be_tried() -> None:
    held = {role for worker in people.WORKERS for role, _unit, _place in worker.duties}
    shown = {role for worker in people.WORKERS if worker.is_shown for role, _unit, _place in worker.duties}
    assert held == shown


def test_it_does_not_mix_with_a_real_district(db, settings) -> None:
    settings.DEMO = True
    Area.objects.create(code="110101001001", name="真实社区", kind="community", full_name="真实社区")
    with pytest.raises(CommandError):
        call_command("demo", "load")


def test_a_real_district_is_never_emptied(db, settings, monkeypatch) -> None:
    settings.DEMO = True
    monkeypatch.setattr(loading, "clear", lambda: pytest.fail("the district is gone"))
    Area.objects.create(code="110101001001", name="真实社区", kind="community", full_name="真实社区")
    with pytest.raises(CommandError):
        call_command("demo", "reset")


def test_it_is_refused_outside_a_demonstration(db, settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("demo", "load")


def test_what_the_old_log_published_does_not_contradict_the_new_one(settings, tmp_path) -> None:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    (settings.EVIDENCE_ROOT / "0").mkdir(parents=True)
    loading.forget_published()
    loading.forget_published()
    assert not settings.EVIDENCE_ROOT.exists()


def test_three_causes_have_enough_closed_matters_to_be_weighed_against(district) -> None:
    kinds = dict(Dispute.objects.filter(closed_at__isnull=False).values_list("topic").annotate(n=Count("pk")))
    assert sum(n >= 30 for n in kinds.values()) >= 3, kinds
    weighed = Mediation.objects.filter(reckonings__isnull=False).distinct().get()
    found = queries_weigh.similar(weighed, system("test"), on=AT.date())
    assert found.n >= 30
    assert found.kept_percent is not None
    assert found.talk_days is not None
