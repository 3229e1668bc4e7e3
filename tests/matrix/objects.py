"""The world of the matrix: one actor of every role in the subdistrict Gangyun, every kind of object in each relation.

Relations: own (the actor's place, unit, account), child (a place below), parent (above), sibling (the subdistrict
next door), other (another district, another unit and purpose), absent (never existed).

Beside the roles play: a person who opened one matter by number and code (on pages, and by the same code at the API),
and connected systems: of the unit in hand, of the same unit with a single scope, of an office elsewhere.
"""

from __future__ import annotations

import base64
import dataclasses
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore

from fengqiao.disputes.models import Dispute, DisputeAccount, Party, Seat
from fengqiao.intake import rules
from fengqiao.intake.actions.receiving import code_of
from fengqiao.intake.models import Category, Contact, DispatchRule, ImportRun, Rating
from fengqiao.intake.pages.resident_common import person_of_matter
from fengqiao.intake.rules import About, Channel
from fengqiao.kernel import numbers
from fengqiao.kernel.actor import LEVELS, PUBLIC, Actor
from fengqiao.kernel.models import Webhook
from fengqiao.mediation.models import Body, Mediation, Station
from fengqiao.mediation.models_agreement import Document
from fengqiao.people import access
from fengqiao.people.actions.keys import secret_index
from fengqiao.people.models import ApiKey, Membership, Organisation, Person, User
from fengqiao.people.rules import UNIT_ROLES, Role
from fengqiao.shell.models import SavedView
from tests import world

Kind = Callable[["Player", str], dict[str, Any]]
RELATIONS = ("own", "child", "parent", "sibling", "other", "absent")
ABSENT = 99_999_999
VISITOR = "visitor"
BY_CODE = "person with number and code"
BY_CODE_API = "person with number and code at the API"
SYSTEM, NARROW_SYSTEM, OTHER_SYSTEM = "system of the unit", "system with one scope", "system from elsewhere"
PLANT_VERB = "plants.read"
"""The verb of planted leaks; keys hold it too, so that what they leak to systems is found."""


@dataclasses.dataclass
class Player:
    """One column of the matrix: its name (for members their role), its account, its actor.

    `reach` holds the relations it may act on, `reads` those it may read besides. `pages` and `interfaces` say where it
    is asked; `header` is its `Authorization`, `session` what its browser remembers.
    """

    role: str
    user: User | None
    actor: Actor
    duty: Membership | None = None
    reach: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    pages: bool = True
    interfaces: bool = True
    header: str = ""
    session: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def duty_role(self) -> str:
        """The role whose verbs it holds. Number and code open pages of that matter, no verb."""
        return {VISITOR: VISITOR, BY_CODE: VISITOR}.get(self.role, self.actor.role)

    @property
    def is_anonymous(self) -> bool:
        return self.duty_role == VISITOR


@dataclasses.dataclass
class Stage:
    places: world.Places
    players: list[Player]
    kinds: dict[str, Callable[[Player, str], dict[str, Any]]]
    contacts: dict[str, Contact]


def build() -> Stage:
    here = world.places()
    at = {"own": here.street, "child": here.community, "parent": here.district, "sibling": here.other_street,
          "other": here.other_district}  # fmt: skip
    unit = world.organisation(here.street, name="港云供热站")
    offices = {relation: world.organisation(place, name=f"{place.name}办") for relation, place in at.items()}
    players = [_player(role, here, unit) for role in Role if role != Role.RESIDENT]
    players += [_resident(), Player(VISITOR, None, PUBLIC)]
    contacts = {relation: _contact(relation, place, offices[relation]) for relation, place in at.items()}
    contacts["own"].unit = unit
    contacts["own"].person = next(player.user.person for player in players if player.role == Role.RESIDENT)
    contacts["own"].save()
    category = Category.objects.create(code="matrix", name_zh="矩阵")
    contacts["parent"].source, contacts["parent"].category = offices["other"], category
    contacts["parent"].save()
    players += [*_by_code(contacts["own"]), *_systems(unit, offices["other"])]
    stranger = world.member(Role.CLERK, here.other_district).user
    duties = {relation: world.member(Role.CLERK, place, unit=office).pk
              for (relation, place), office in zip(at.items(), offices.values(), strict=True)}  # fmt: skip
    keys = _Keys(here, at, offices, duties, stranger)
    kinds = {name: getattr(keys, name) for name in dir(keys) if not name.startswith("_")}
    absent = numbers.issue("012", world.TODAY)

    def contact(player: Player, relation: str) -> dict[str, Any]:
        return {"number": contacts[relation].number if relation in contacts else absent}

    kinds["contact"] = kinds["dispute"] = contact
    kinds |= _around_rooms(contact)
    kinds["dispute_act"] = lambda player, relation: contact(player, relation) | {"key": "party"}
    kinds["reckoning"] = lambda player, relation: contact(player, relation) | {"key": ABSENT}
    kinds["dispute_sue"] = lambda player, relation: contact(player, relation) | {"key": "online"}
    kinds["dispute_file"] = lambda player, relation: contact(player, relation) | {"uid": uuid.UUID(int=7)}
    kinds["proof"] = lambda player, relation: contact(player, relation) | {"event": ABSENT}
    kinds["document"] = lambda player, relation: contact(player, relation) | {"pk": ABSENT}
    kinds["paper_code"] = lambda player, relation: {"code": code}
    kinds["question"] = lambda player, relation: {"pk": ABSENT}
    kinds["body"] = lambda player, relation: {"pk": house}
    house = _house()
    kinds["named_room"] = lambda player, relation: {"pk": room}
    room = Body.objects.create(
        organisation=world.organisation(None, name="矩阵调解室"), kind="room", is_published=True
    ).pk
    office = Station.objects.create(kind="station", name="矩阵工作站", organisation=offices["own"]).pk
    kinds["station"] = lambda player, relation: {"pk": office}
    kinds["slot"] = lambda player, relation: {"pk": ABSENT}
    kinds["booking"] = lambda player, relation: {"uid": uuid.UUID(int=7)}
    for one in contacts.values():
        _dispute(one)
    code = _paper(contacts["own"])
    ratings = {relation: _rating(contact) for relation, contact in contacts.items()}
    kinds["sent_contact"] = lambda player, relation: {"+service_request_id": contact(player, relation)["number"]}
    kinds["rating_row"] = lambda player, relation: {"rating_id": ratings.get(relation, ABSENT)}
    kinds["act"] = lambda player, relation: contact(player, relation) | {"key": "answer"}
    rule = DispatchRule.objects.create(target=unit).pk
    kinds["category"] = lambda player, relation: {"pk": category.pk}
    kinds["dispatch_rule"] = lambda player, relation: {"pk": rule}
    kinds["rating"] = lambda player, relation: contact(player, relation) | {"about": "answer"}
    kinds["log"] = lambda player, relation: {"unit": "9", "year": 2020}
    kinds["tile"] = lambda player, relation: {"unit": "9", "year": 2020, "path": "0/000"}
    kinds["incident"] = lambda player, relation: {"pk": ABSENT}
    kinds["file"] = lambda player, relation: contact(player, relation) | {"uid": uuid.UUID(int=7)}
    return Stage(here, players, kinds, contacts)


class _Keys:
    """Address arguments of each kind of object in each relation. One method a kind; add yours here."""

    def __init__(self, here: Any, at: Any, offices: Any, duties: Any, stranger: User) -> None:
        self._at, self._offices, self._duties = at, offices, duties
        self._strange_session, self._strange_key = _session(stranger), _key(stranger)
        self._strange_view = _view(stranger)
        self._elsewhere = world.organisation(here.other_street, name="别处收件室").pk
        self._strange_duty = stranger.memberships.get().pk
        self._strange_person = Person.objects.create(name="路人", phone="13900000000", created_at=world.AT).pk

    def area(self, player: Player, relation: str) -> dict[str, Any]:
        return {"pk": self._at[relation].pk if relation in self._at else ABSENT}

    def organisation(self, player: Player, relation: str) -> dict[str, Any]:
        return {"pk": self._offices[relation].pk if relation in self._offices else ABSENT}

    def duty(self, player: Player, relation: str) -> dict[str, Any]:
        return {"pk": self._duties.get(relation, ABSENT)}

    def own_duty(self, player: Player, relation: str) -> dict[str, Any]:
        """In the body, not in the address."""
        own = player.duty.pk if player.duty else ABSENT
        return {"+duty": {"own": own, "absent": ABSENT}.get(relation, self._strange_duty)}

    def session(self, player: Player, relation: str) -> dict[str, Any]:
        if relation == "own" and player.user:
            return {"session": _session(player.user)}
        return {"session": ABSENT if relation in {"own", "absent"} else self._strange_session}

    def key(self, player: Player, relation: str) -> dict[str, Any]:
        if relation == "own" and player.user:
            return {"pk": _key(player.user)}
        return {"pk": ABSENT if relation in {"own", "absent"} else self._strange_key}

    def person(self, player: Player, relation: str) -> dict[str, Any]:
        if relation == "own" and player.user:
            return {"pk": player.user.person_id, "field": "phone"}
        return {"pk": ABSENT if relation in {"own", "absent"} else self._strange_person, "field": "phone"}

    def view(self, player: Player, relation: str) -> dict[str, Any]:
        if relation == "own" and player.user:
            return {"view_id": _view(player.user)}
        return {"view_id": ABSENT if relation in {"own", "absent"} else self._strange_view}

    def spot(self, player: Player, relation: str) -> dict[str, Any]:
        return {"code": "nowhere"}

    def photo(self, player: Player, relation: str) -> dict[str, Any]:
        return {"pk": ABSENT}

    def poster(self, player: Player, relation: str) -> dict[str, Any]:
        return {"code": self._at[relation].code if relation in self._at else "99"}

    def poster_run(self, player: Player, relation: str) -> dict[str, Any]:
        return {"uid": uuid.UUID(int=7)}

    def import_run(self, player: Player, relation: str) -> dict[str, Any]:
        """A file sent in by the player's own office, or by another one."""
        if relation == "absent":
            return {"pk": ABSENT}
        office = player.actor.organisation_id if relation == "own" else self._elsewhere
        return {"pk": _import_run(office)}

    def import_run_id(self, player: Player, relation: str) -> dict[str, Any]:
        return {"run_id": self.import_run(player, relation)["pk"]}

    def year(self, player: Player, relation: str) -> dict[str, Any]:
        return {"year": 2026}

    def api_key(self, player: Player, relation: str) -> dict[str, Any]:
        """The key of a connected system of the office of this relation."""
        if relation not in self._offices:
            return {"pk": ABSENT}
        made, _new = ApiKey.objects.get_or_create(
            prefix=relation,
            defaults={
                "organisation": self._offices[relation], "name": "系统", "secret_index": relation, "role": "officer",
                "scopes": ["intake.read"], "made_at": world.AT, "made_by": "tests", "expires_on": world.TODAY,
            },
        )  # fmt: skip
        return {"pk": made.pk}

    def webhook(self, player: Player, relation: str) -> dict[str, Any]:
        """An address for events of the office of this relation."""
        if relation not in self._offices:
            return {"pk": ABSENT}
        made, _new = Webhook.objects.get_or_create(
            organisation_id=self._offices[relation].pk,
            defaults={"url": "https://example.org/", "secret": "s", "events": ["intake.received"], "made_at": world.AT},
        )
        return {"pk": made.pk}

    def service(self, player: Player, relation: str) -> dict[str, Any]:
        """A service no category is behind."""
        return {"code": "nothing.here"}

    def calculator(self, player: Player, relation: str) -> dict[str, Any]:
        return {"name": "litigation_fee"}

    def language(self, player: Player, relation: str) -> dict[str, Any]:
        return {"code": "en"}

    def type_size(self, player: Player, relation: str) -> dict[str, Any]:
        return {"size": "l"}

    def keys(self, player: Player, relation: str) -> dict[str, Any]:
        return {"state": "off"}

    def design_answer(self, player: Player, relation: str) -> dict[str, Any]:
        return {"kind": "refused"}


def _player(role: Role, here: world.Places, unit: Organisation) -> Player:
    duty = world.member(role, here.street, unit=unit if role in UNIT_ROLES else None)
    duty.user.person = Person.objects.create(name=f"自{role}", phone="13812340421", created_at=world.AT)
    duty.user.save()
    duty = Membership.objects.get(pk=duty.pk)
    actor = access.actor_for(duty)
    return Player(str(role), duty.user, actor, duty, reach=_reach(actor))


def _resident() -> Player:
    person = Person.objects.create(name="陈立秋", phone="13812340422", created_at=world.AT)
    user = User.objects.create(username="chen", name="陈立秋", person=person)
    return Player(str(Role.RESIDENT), user, access.resident_of(user), reach=frozenset({"own"}))


def _reach(actor: Actor) -> frozenset[str]:
    """Own place and below; for unit roles what their unit handles."""
    if actor.level in LEVELS:
        return frozenset({"own", "child"})
    return frozenset({"own"} if actor.level == "unit" else ())


def _by_code(contact: Contact) -> Iterable[Player]:
    """Somebody who opened the matter `own` by number and code: in a browser, and at the API."""
    actor, reach = person_of_matter(contact.number, contact.pk), frozenset({"own"})
    opened = {"matters": {contact.number: [contact.pk, int(world.AT.timestamp())]}}
    yield Player(BY_CODE, None, actor, reach=reach, session=opened)
    pair = base64.b64encode(f"{contact.number}:{code_of(contact)}".encode()).decode()
    yield Player(BY_CODE_API, None, actor, reach=reach, pages=False, header=f"Basic {pair}")


def _systems(unit: Organisation, elsewhere: Organisation) -> Iterable[Player]:
    """Connected systems. The one elsewhere acts in its own district and reads what it sent in to ours."""
    all_scopes = [rules.FILE, rules.READ, rules.HANDLE]
    for role, organisation, duty, scopes, reach, reads in (
        (SYSTEM, unit, Role.OFFICER, [*all_scopes, PLANT_VERB], {"own"}, set()),
        (NARROW_SYSTEM, unit, Role.OFFICER, [rules.FILE], {"own"}, set()),
        (
            OTHER_SYSTEM,
            elsewhere,
            Role.CLERK,
            [*all_scopes, rules.DISPATCH, rules.REGISTER, PLANT_VERB],
            {"other"},
            {"parent"},
        ),
    ):
        prefix = f"matrix{len(scopes)}"
        key = ApiKey.objects.create(
            organisation=organisation, name=role[:60], prefix=prefix, secret_index=secret_index("s"), role=duty,
            scopes=scopes, made_at=world.AT, made_by="tests", expires_on=world.TODAY, last_used_at=world.AT,
        )  # fmt: skip
        yield Player(
            role, None, access.actor_of_key(key), reach=frozenset(reach), reads=frozenset(reads), pages=False,
            header=f"Bearer fq_{prefix}_s",
        )  # fmt: skip


def marker(relation: str) -> str:
    """Stands in title and text of the contact of this relation, and nowhere else: finding it is a leak."""
    return f"暗记{relation}暗记"


def _contact(relation: str, place: Any, desk: Organisation) -> Contact:
    made = Contact(
        number=numbers.issue("012", world.TODAY),
        desk=desk,
        channel=Channel.WEB,
        received_at=world.AT,
        changed_at=world.AT,
        title=marker(relation),
        text=marker(relation),
        client_id=uuid.uuid4(),
    )
    made.put_in(place)
    made.save()
    return made


def _dispute(contact: Contact) -> None:
    """The dispute a contact became, with its person as applicant and mediation offered; same place, same unit."""
    dispute = Dispute(
        number=contact.number, contact_id=contact.pk, source="contact", desk=contact.desk, unit=contact.unit,
        opened_at=world.AT, demanded_at=world.AT, changed_at=world.AT, stage="offered", mover="parties",
    )  # fmt: skip
    dispute.put_in(contact.place)
    dispute.save()
    DisputeAccount.objects.create(dispute=dispute, facts=contact.text, changed_at=world.AT)
    seats = {"applicant": contact.person, "respondent": None}
    for side, person in seats.items():
        party = Party.objects.create(dispute=dispute, side=side, name="甲", person=person, joined_at=world.AT)
        seat = Seat(dispute=dispute, role="party", party=party, side=side, person=person, joined_at=world.AT)
        seat.contact_id = contact.pk if side == "applicant" else None
        seat.put_in(contact.place)
        seat.save()
    mediation = Mediation(dispute=dispute, kind="peoples", offered_at=world.AT, unit=contact.unit)
    mediation.put_in(contact.place)
    mediation.save()


def _paper(contact: Contact) -> str:
    """An issued paper of a matter; what anybody may ask of it is in its code."""
    dispute = Dispute.objects.get(number=contact.number)
    made = Document(number=f"{contact.number}-SD1", code="AAAA-BBBB-CCCC-DDDD", kind="service", wall="case",
                    dispute=dispute, issued_at=world.AT, actor="job:matrix")  # fmt: skip
    made.put_in(contact.place)
    made.save()
    return made.code


def _around_rooms(contact: Kind) -> dict[str, Kind]:
    """Addresses in a mediation room; no matter of the matrix has a sitting, so what they name is never there."""
    uid = uuid.UUID(int=7)
    more: dict[str, dict[str, Any]] = {
        "room_side": {"channel": "respondent"},
        "room_talk": {"channel": "joint"},
        "room_deed": {"key": "offer"},
        "room_round": {"pk": ABSENT},
        "room_recording": {"uid": uid, "track": "lead-v"},
        "room_piece": {"uid": uid, "track": "lead-v", "n": 0},
    }

    def kind(extra: dict[str, Any]) -> Kind:
        return lambda player, relation: contact(player, relation) | extra

    return {name: kind(extra) for name, extra in more.items()}


def _house() -> int:
    return Body.objects.create(
        organisation=world.organisation(None, name="矩阵调委会"), kind="peoples", is_published=True
    ).pk


def _import_run(office: int | None) -> int:
    moments = {"sent_at": world.AT, "started_at": world.AT, "finished_at": world.AT}
    kept = {"file_name": "12345.csv", "file_hash": f"{office or 0:064d}", "actor": "tests", **moments}
    return ImportRun.objects.get_or_create(organisation_id=office, mapping="matrix", defaults=kept)[0].pk


def _rating(contact: Contact) -> int:
    about = next(iter(About))
    return Rating.objects.create(contact=contact, about=about, asked_by="job:test", asked_at=world.AT).pk


def _session(user: User) -> int:
    store = SessionStore()
    store.create()
    return UserSession.objects.create(user=user, ip="192.0.2.1", session_key=store.session_key, user_agent="x").pk


def _view(user: User) -> int:
    name = f"{user.pk}-{SavedView.objects.count()}"
    return SavedView.objects.create(user_id=user.pk, path="/", name=name, saved_at=world.AT).pk


def _key(user: User) -> int:
    return Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "key", "credential": {}}
    ).pk
