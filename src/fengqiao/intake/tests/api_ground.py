"""Callers of the API for its tests: systems with keys, the person with number and code, and what they send."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any

from django.test import Client

from fengqiao.intake import actions, rules
from fengqiao.intake.actions.receiving import code_of
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import Channel
from fengqiao.kernel import clock, scoping
from fengqiao.kernel.actor import PUBLIC, Actor, system
from fengqiao.people import actions as people
from fengqiao.people.models import Organisation
from fengqiao.people.rules import Role

DESK = (rules.FILE, rules.READ, rules.DISPATCH, rules.HANDLE, rules.REGISTER, rules.REORDER)
UNIT = (rules.FILE, rules.READ, rules.HANDLE)
ROOT = system("tests")


def key(unit: Organisation, role: Role, scopes: tuple[str, ...], **more: Any) -> str:
    at = more.pop("at", None) or clock.now()
    expires_on = more.pop("expires_on", None) or at.date() + dt.timedelta(days=90)
    return people.issue_key(
        organisation=unit, name="系统", role=role, scopes=scopes, expires_on=expires_on, actor=ROOT, at=at, **more
    )[1]


def basic(contact: Contact, code: str = "") -> str:
    return "Basic " + base64.b64encode(f"{contact.number}:{code or code_of(contact)}".encode()).decode()


class Caller:
    """Somebody who speaks JSON with one credential."""

    def __init__(self, authorization: str = "", root: str = "/api/v1") -> None:
        self.client = Client(raise_request_exception=True)
        self.headers = {"Authorization": authorization} if authorization else {}
        self.root = root

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(self.root + path, query, headers=self.headers)

    def post(self, path: str, body: Any = None, *, once: str = "", **more: Any) -> Any:
        headers = {**self.headers, **({"Idempotency-Key": once} if once else {})}
        sent = body if isinstance(body, bytes | str) else json.dumps(body if body is not None else {})
        return self.client.post(self.root + path, sent, content_type="application/json", headers=headers, **more)

    def upload(self, path: str, **parts: Any) -> Any:
        return self.client.post(self.root + path, parts, headers=self.headers)


def by_key(*args: Any, **kwargs: Any) -> Caller:
    return Caller(f"Bearer {key(*args, **kwargs)}")


def concerned(contact: Contact) -> Actor:
    return Actor(id=f"resident:{contact.number}", role="resident", matter_id=contact.pk)


def told(people_: Any, text: str = "暖气不热", **more: Any) -> Contact:
    """A contact from Gangyun, told by Chen on the web."""
    draft = actions.Draft(text=text, place_id=people_.gangyun.pk, person_id=people_.chen.pk, **more)
    with scoping.unscoped("tests"):
        return actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=clock.now()).contact


def in_hand(people_: Any, **more: Any) -> Contact:
    contact = told(people_, **more)
    now = clock.now()
    with scoping.unscoped("tests"):
        actions.dispatch(number=contact.number, unit_id=people_.heating.pk, actor=people_.han, at=now)
        return actions.take(number=contact.number, actor=people_.shi, at=now)


def reported_done(people_: Any, **more: Any) -> Contact:
    contact = in_hand(people_, **more)
    with scoping.unscoped("tests"):
        return actions.finish(number=contact.number, text="阀门已换", actor=people_.shi, at=clock.now())
