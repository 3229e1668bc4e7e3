"""Papers the court's verbs have made: the joint application and the ruling. The caller has checked the actor."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from django.http import Http404

from fengqiao.kernel import scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.clock import CHINA
from fengqiao.mediation import paper_texts, papers, queries_agreement
from fengqiao.mediation.actions.issuing import issue
from fengqiao.mediation.models_agreement import Agreement, Document
from fengqiao.mediation.rules_agreement import Paper
from fengqiao.people.models import Organisation


def _found(number: str, agreement_id: int) -> tuple[Agreement, str, papers.Matter]:
    rows = Agreement.objects.select_related("dispute__cause", "dispute__court", "unit", "mediation__mediator__user")
    found = rows.filter(pk=agreement_id, dispute__number=number).first()
    if found is None or found.effective_at is None:
        raise Http404
    paper = found.documents.get(kind=Paper.AGREEMENT, replaced_at__isnull=True)
    return found, paper.number, queries_agreement.matter_text(found.dispute, mediation=found.mediation)


def issue_application(
    *, number: str, agreement_id: int, court_name: str, last_on: dt.date, joined: Sequence[tuple[str, dt.datetime]],
    actor: Actor, at: dt.datetime,
) -> Document:  # fmt: skip
    """The joint application, as each party joined it."""
    with scoping.unscoped("mediation.issue_application"):
        found, paper_number, matter = _found(number, agreement_id)
        assert found.effective_at is not None
        blocks = paper_texts.confirmation(
            dataclasses.replace(matter, court=court_name),
            agreement_number=paper_number, effective_at=found.effective_at, last_on=last_on,
            strips=[papers.Strip("申请人", name, f"已申请，{papers.moment(moment)}") for name, moment in joined],
        )  # fmt: skip
        return issue(
            kind=Paper.CONFIRMATION, dispute=found.dispute, blocks=blocks, unit=None, agreement=found, actor=actor,
            at=at,
        )  # fmt: skip


def issue_ruling(
    *, number: str, agreement_id: int, case_number: str, court_id: int, is_valid: bool, applied_on: dt.date,
    ground: str, judge: str, objection_until: dt.date | None, actor: Actor, at: dt.datetime,
) -> Document:  # fmt: skip
    """The ruling under the court's case number and seal."""
    with scoping.unscoped("mediation.issue_ruling"):
        found, paper_number, matter = _found(number, agreement_id)
        court = Organisation.objects.get(pk=court_id)
        blocks = paper_texts.ruling(
            dataclasses.replace(matter, court=court.name),
            is_valid=is_valid, agreement_number=paper_number, terms=queries_agreement.term_texts(found),
            applied_on=applied_on, decided_on=at.astimezone(CHINA).date(), ground=ground, judge=judge,
            objection_until=objection_until,
        )  # fmt: skip
        return issue(
            kind=Paper.RULING, dispute=found.dispute, blocks=blocks, unit=court, agreement=found, actor=actor, at=at,
            number=case_number,
        )  # fmt: skip
