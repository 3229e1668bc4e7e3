"""What only the person concerned does: add, accept, object, put off, take back, rate. With the code, or signed in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from fengqiao.intake import actions, rules
from fengqiao.intake.api import schemas, shown
from fengqiao.intake.api.common import actor_of, edge, files, keep_raw, only_the_person
from fengqiao.shell.api import operation

router = Router(tags=["person"])


@router.post("/contacts/{number}/supplement", response=schemas.ContactOut, summary="Add words or files")
@operation(rules.OWN, rules.REGISTER, keep=keep_raw)
def supplement(request: HttpRequest, number: str, sent: schemas.Added) -> Any:
    """Ends the waiting when the office had asked. Staff may write down what the person says."""
    contact = shown.contact_of(request, number)
    sent_files = files(sent.files, actor_of(request))
    return shown.after(
        actions.supplement(number=contact.number, text=sent.text, files=sent_files, **edge(request)), actor_of(request)
    )


@router.post("/contacts/{number}/accept", response=schemas.ContactOut, summary="Accept: it is done")
@operation(rules.OWN, keep=keep_raw, denied=only_the_person)
def accept(request: HttpRequest, number: str, sent: schemas.Acceptance) -> Any:
    """The only deed that makes a matter solved. Nobody else can, the unit and connected systems first of all."""
    contact = shown.contact_of(request, number)
    return shown.after(
        actions.accept(number=contact.number, score=sent.score, text=sent.text, **edge(request)), actor_of(request)
    )


@router.post("/contacts/{number}/object", response=schemas.ContactOut, summary="Object: it is not done")
@operation(rules.OWN, keep=keep_raw, denied=only_the_person)
def object_to(request: HttpRequest, number: str, sent: schemas.Told) -> Any:
    """Back to the same unit under the same number, with the time already used."""
    contact = shown.contact_of(request, number)
    sent_files = files(sent.files, actor_of(request))
    return shown.after(
        actions.object_to(number=contact.number, text=sent.text, files=sent_files, **edge(request)), actor_of(request)
    )


@router.post("/contacts/{number}/postpone", response=schemas.ContactOut, summary="Ask me again later")
@operation(rules.OWN, keep=keep_raw, denied=only_the_person)
def postpone(request: HttpRequest, number: str, sent: schemas.Optional) -> Any:
    contact = shown.contact_of(request, number)
    return shown.after(actions.postpone(number=contact.number, text=sent.text, **edge(request)), actor_of(request))


@router.post("/contacts/{number}/withdraw", response=schemas.ContactOut, summary="Take it back")
@operation(rules.OWN, rules.REGISTER, keep=keep_raw)
def withdraw(request: HttpRequest, number: str, sent: schemas.Optional) -> Any:
    """No reason needed from the person; staff write down theirs."""
    contact = shown.contact_of(request, number)
    return shown.after(actions.withdraw(number=contact.number, text=sent.text, **edge(request)), actor_of(request))


@router.post("/contacts/{number}/reopen", response=schemas.ContactOut, summary="Open again what silence had closed")
@operation(rules.OWN, rules.DISPATCH, keep=keep_raw)
def reopen(request: HttpRequest, number: str, sent: schemas.Said) -> Any:
    contact = shown.contact_of(request, number)
    return shown.after(actions.reopen(number=contact.number, text=sent.text, **edge(request)), actor_of(request))


@router.post("/contacts/{number}/rate", response=schemas.ContactOut, summary="Rate the answer or the result")
@operation(rules.OWN, rules.RATE, keep=keep_raw, denied=only_the_person)
def rate(request: HttpRequest, number: str, sent: schemas.RatingGiven) -> Any:
    """Once each. Whoever handled the matter cannot enter it."""
    contact = shown.contact_of(request, number)
    given = sent.model_dump()
    actions.rate(number=contact.number, **given, **edge(request))
    return shown.after(contact, actor_of(request))
