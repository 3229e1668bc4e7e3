"""Vocabulary of mediation, its stages and closing grounds, the clocks, matching; pure functions."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Sequence

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fengqiao.kernel.actor import permit
from fengqiao.kernel.errors import Text
from fengqiao.kernel.states import Machine
from fengqiao.people.rules import Role


class BodyKind(TextChoices):
    """Kinds of mediation organisation. The kind decides whether it may charge and what it may take."""

    PEOPLES = "peoples", _("people's mediation committee")
    SECTORAL = "sectoral", _("sectoral people's mediation committee")
    COMMERCIAL = "commercial", _("commercial mediation organisation")
    LABOUR = "labour", _("labour dispute mediation organisation")
    ADMINISTRATIVE = "administrative", _("administrative mediation body")
    LAWYERS = "lawyers", _("lawyers' mediation centre")
    NOTARIES = "notaries", _("notaries' mediation centre")
    TRADE = "trade", _("mediation centre of a trade association")
    ROOM = "room", _("mediation room")


MAY_CHARGE = frozenset({BodyKind.COMMERCIAL, BodyKind.LAWYERS, BodyKind.NOTARIES})
"""People's mediation charges nothing (PML 4); commercial mediation may, under a published tariff (Regulations 16)."""


class FeePolicy(TextChoices):
    FREE = "free", _("free of charge")
    TARIFF = "tariff", _("charges by its published tariff")


class Field(TextChoices):
    """What a mediator knows about. The four teams for batches of like disputes are groups of these."""

    NEIGHBOURS = "neighbours", _("neighbours")
    FAMILY = "family", _("marriage and family")
    PROPERTY = "property", _("property service and heating")
    HOUSING = "housing", _("housing and rent")
    LABOUR = "labour", _("labour")
    CONSUMER = "consumer", _("consumers")
    PREPAID = "prepaid", _("prepaid cards")
    FINANCE = "finance", _("finance and loans")
    TRAFFIC = "traffic", _("traffic accidents")
    MEDICAL = "medical", _("medical")
    CONSTRUCTION = "construction", _("construction")
    IP = "ip", _("intellectual property")
    INSURANCE = "insurance", _("insurance")
    COMMERCE = "commerce", _("business")
    EDUCATION = "education", _("education and training")
    LAND = "land", _("land and village matters")
    ENVIRONMENT = "environment", _("environment")
    INJURY = "injury", _("injury and damage")
    INTERNET = "internet", _("internet and tourism")
    MINORS = "minors", _("children and young people")


class Team(TextChoices):
    """Teams for the fields that come in batches."""

    COMMUNITY = "community", _("community governance")
    CONTRACT = "contract", _("contracts")
    FINANCE = "finance", _("finance")
    IP = "ip", _("intellectual property")


TEAM_OF_FIELD: dict[Field, Team] = {
    Field.NEIGHBOURS: Team.COMMUNITY,
    Field.PROPERTY: Team.COMMUNITY,
    Field.HOUSING: Team.CONTRACT,
    Field.CONSUMER: Team.CONTRACT,
    Field.PREPAID: Team.CONTRACT,
    Field.COMMERCE: Team.CONTRACT,
    Field.CONSTRUCTION: Team.CONTRACT,
    Field.FINANCE: Team.FINANCE,
    Field.INSURANCE: Team.FINANCE,
    Field.IP: Team.IP,
}

CLOSED_TO_COMMERCIAL = frozenset({Field.FAMILY, Field.LABOUR, Field.CONSUMER, Field.PREPAID, Field.MINORS})
"""Marriage and family, inheritance, guardianship, labour and personnel, consumers: not for commercial mediation
(Commercial Mediation Regulations 2)."""

FIELD_WORDS: tuple[tuple[Field, tuple[str, ...]], ...] = (
    (Field.LABOUR, ("劳动", "劳务", "工资", "工伤", "人事", "社会保险")),
    (Field.PREPAID, ("预付", "服务合同纠纷·预付")),
    (Field.IP, ("著作权", "商标", "专利", "知识产权", "不正当竞争", "植物新品种")),
    (Field.FAMILY, ("婚姻", "离婚", "抚养", "赡养", "扶养", "继承", "监护", "彩礼", "家庭", "分家", "收养", "探望")),
    (Field.TRAFFIC, ("交通事故",)),
    (Field.MEDICAL, ("医疗",)),
    (Field.PROPERTY, ("物业", "业主", "供用热力", "供暖", "建筑物区分")),
    (Field.NEIGHBOURS, ("相邻", "邻里", "邻居", "噪声", "噪音", "扰民", "漏水", "通行", "吵")),
    (Field.HOUSING, ("租赁", "房屋", "购房")),
    (Field.INSURANCE, ("保险",)),
    (Field.FINANCE, ("借款", "借贷", "信用卡", "金融", "担保", "票据", "典当", "保证")),
    (Field.CONSTRUCTION, ("建设工程", "装饰装修")),
    (Field.CONSUMER, ("消费", "产品责任", "买卖合同", "网络购物", "餐饮", "旅店")),
    (Field.EDUCATION, ("教育", "培训", "校园")),
    (Field.LAND, ("土地", "承包", "宅基地", "农村", "相邻土地")),
    (Field.ENVIRONMENT, ("环境", "污染", "生态")),
    (Field.INTERNET, ("网络", "旅游")),
    (Field.INJURY, ("侵权", "生命权", "身体权", "健康权", "损害", "名誉", "隐私")),
    (Field.COMMERCE, ("合同", "公司", "合伙", "股", "加盟", "特许经营")),
)
"""Words of causes and topics that tell the field; the first group that fits wins."""


def field_of(words: str) -> Field | None:
    """The field of a cause of action or topic; None when no word tells."""
    return next((field for field, known in FIELD_WORDS if any(word in words for word in known)), None)


class Kind(TextChoices):
    """How a mediation came about; the clock and the moment an agreement takes effect follow from it."""

    PEOPLES = "peoples", _("people's mediation")
    DELEGATED = "delegated", _("delegated mediation, before docketing")
    ENTRUSTED = "entrusted", _("entrusted mediation, after docketing")
    LABOUR = "labour", _("labour mediation")
    COMMERCIAL = "commercial", _("commercial mediation")


class Procedure(TextChoices):
    """Which court procedure an entrusted mediation interrupts."""

    NONE = "", _("none yet")
    ORDINARY = "ordinary", _("ordinary procedure")
    SIMPLIFIED = "simplified", _("simplified procedure")


def limit_rule(kind: str, procedure: str) -> str:
    """The rule of the clock that starts with acceptance.

    Basis: 特邀调解规定 27; 在线调解规则 24; 劳动争议调解仲裁法 14; 人民调解工作若干规定 33.
    """
    return {
        Kind.DELEGATED: "mediation.delegated",
        Kind.ENTRUSTED: f"mediation.entrusted.{procedure or Procedure.ORDINARY}",
        Kind.LABOUR: "mediation.labour",
    }.get(Kind(kind), "mediation.people.usual")


class Stage(TextChoices):
    """Where a mediation stands."""

    PROPOSED = "proposed", _("waiting for both to agree")
    CHOOSING = "choosing", _("choosing a mediator")
    SENT = "sent", _("sent, to be accepted")
    RUNNING = "running", pgettext_lazy("mediation", "running")
    ENDED = "ended", _("ended")


STAGES = Machine(
    "mediation",
    {
        Stage.PROPOSED: {Stage.CHOOSING, Stage.ENDED},
        Stage.CHOOSING: {Stage.SENT, Stage.ENDED},
        Stage.SENT: {Stage.RUNNING, Stage.CHOOSING, Stage.SENT, Stage.ENDED},
        Stage.RUNNING: {Stage.CHOOSING, Stage.SENT, Stage.ENDED},
        Stage.ENDED: set(),
    },
)


class Ground(TextChoices):
    """The eight grounds on which a mediation ends (ONM 25)."""

    AGREED = "agreed", _("agreement reached")
    WITHDRAWN = "withdrawn", _("the request was withdrawn")
    UNREACHABLE = "unreachable", _("a party cannot be reached")
    REFUSED = "refused", _("a party clearly refuses mediation")
    GAP = "gap", _("the positions lie too far apart")
    TIME_OVER = "time_over", _("the time is over and was not extended")
    UNSIGNED = "unsigned", _("a party refuses to sign the agreement")
    OTHER = "other", _("other reasons")


class Layer(TextChoices):
    """Who carries the mediation: first the mediator, then the judge assistant follows, then a judge checks."""

    MEDIATOR = "mediator", _("mediator")
    ASSISTANT = "assistant", _("judge assistant")
    JUDGE = "judge", _("judge")


NEXT_LAYER = {Layer.MEDIATOR: Layer.ASSISTANT, Layer.ASSISTANT: Layer.JUDGE}


class Tried(TextChoices):
    """What a hand-over says was done. Ticked, never written, so that no concession slips in."""

    JOINT = "joint", _("talked with both together")
    PRIVATE = "private", _("talked with each alone")
    VISIT = "visit", _("visited the place")
    EXPERT = "expert", _("asked an expert")
    FACTS = "facts", _("listed the undisputed facts")
    LAW = "law", _("explained the law")


class Answer(TextChoices):
    """How an assignment was answered."""

    WAITING = "waiting", _("waiting")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    SILENT = "silent", _("no answer in time")
    RETURNED = "returned", _("returned")
    RECALLED = "recalled", _("called back")


class ReturnReason(TextChoices):
    """Why an organisation or mediator gives a matter back."""

    NOT_OUR_FIELD = "not_our_field", _("not our field")
    NO_CAPACITY = "no_capacity", _("no capacity now")
    CONFLICT = "conflict", _("conflict of interest")
    NOT_FIT = "not_fit", _("not fit for mediation")
    OTHER = "other", _("another reason")


class InterestKind(TextChoices):
    """What ties a mediator to somebody."""

    RELATIVE = "relative", _("relative")
    EMPLOYER = "employer", _("works or worked there")
    SHARE = "share", _("holds a share")
    CLIENT = "client", _("advises or advised")
    OTHER = "other", _("other tie")


class ChallengeResult(TextChoices):
    WAITING = "waiting", _("waiting")
    CHANGED = "changed", _("another mediator takes over")
    KEPT = "kept", _("the mediator stays")


class SlotKind(TextChoices):
    """What hours are kept where: a judges' station or a legal workroom of several professions."""

    STATION = "station", _("judges' station")
    WORKROOM = "workroom", _("legal workroom")


class Profession(TextChoices):
    """Who sits in a workroom."""

    JUDGE = "judge", _("judge")
    PROSECUTOR = "prosecutor", _("prosecutor")
    POLICE = "police", _("police officer")
    LAWYER = "lawyer", _("lawyer")
    NOTARY = "notary", _("notary")


NAMES_SOMEBODY = re.compile(r"\d{11}|\d{17}[\dXx]")
"""A telephone or identity number: what holds one is never published."""

TELLS_WHO = re.compile(
    r"(?<!\d)\d{17}[\dXx](?!\d)|(?<!\d)1\d{10}(?!\d)|(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)|[\w.+-]+@[\w-]+\.[\w.]+"
)


def masked(text: str) -> str:
    """A question as it is shown at first: numbers and addresses that tell who asks are covered."""
    return TELLS_WHO.sub(lambda found: f"{found[0][:3]}****", text)


def times(starts_at: dt.datetime, ends_at: dt.datetime, minutes: int) -> list[dt.datetime]:
    """When talks of so many minutes can begin within the hours; the last ends within them too."""
    assert minutes > 0, minutes
    length = dt.timedelta(minutes=minutes)
    return [starts_at + n * length for n in range(max(0, (ends_at - starts_at) // length))]


class Reason(TextChoices):
    """Why a mediator is proposed, or not. Codes; pages say them in words."""

    FIELD = "field", _("knows this field")
    PLACE = "place", _("close by")
    LANGUAGE = "language", _("speaks the parties' language")
    HOURS = "hours", _("free at the hours the parties have")
    LOAD = "load", _("has room")
    RECORD = "record", _("agreements that were performed")
    NO_TIE = "no_tie", _("no tie to the parties known")
    FIRST = "first", _("first mediation of their own, a judge assistant follows")


COORDINATORS = (Role.CLERK, Role.DISPATCHER, Role.OPERATOR, Role.DUTY_SUPERVISOR, Role.JUDGE_ASSISTANT)
"""Who offers mediation and sends it out: the desk, or the court for what it delegates."""

OFFER = permit("mediation.offer", COORDINATORS)
ASSIGN = permit("mediation.assign", COORDINATORS)
ACCEPT = permit("mediation.accept", {Role.MEDIATOR, Role.ORGANISATION_MANAGER})
HOLD = permit("mediation.hold", {Role.MEDIATOR})
MANAGE = permit("mediation.manage", {Role.ORGANISATION_MANAGER})
READ = permit(
    "mediation.read", {*COORDINATORS, Role.MEDIATOR, Role.ORGANISATION_MANAGER, Role.JUDGE, Role.COURT_MANAGER}
)
CHOOSE = permit("mediation.choose", {*COORDINATORS, Role.RESIDENT})
DECIDE_CHALLENGE = permit("mediation.decide_challenge", {*COORDINATORS, Role.ORGANISATION_MANAGER})
FOLLOW = permit("mediation.follow", {Role.JUDGE_ASSISTANT})
CHECK = permit("mediation.check", {Role.JUDGE})
GUIDE = permit("mediation.guide", {Role.JUDGE})
REGISTRY = permit("mediation.registry", {Role.ADMINISTRATOR, Role.COURT_MANAGER})
ROSTER = permit("mediation.roster", {Role.JUDGE_ASSISTANT, Role.COURT_MANAGER, Role.CLERK, Role.COMMUNITY_WORKER})
ANSWER = permit("mediation.answer", {Role.JUDGE, Role.PROSECUTOR, Role.POLICE, Role.LAWYER, Role.NOTARY})
BOOK = permit("mediation.book", {*COORDINATORS, Role.MEDIATOR, Role.GRID_WORKER, Role.COMMUNITY_WORKER, Role.RESIDENT})
VISITS = permit("mediation.visits", {Role.MEDIATOR, Role.JUDGE_ASSISTANT, Role.CLERK, Role.GRID_WORKER})

CANDIDATES = 3


@dataclasses.dataclass(frozen=True)
class Profile:
    """What matching knows of one mediator. `performed` of `agreed`: agreements kept, out of those long enough ago."""

    mediator_id: int
    user_id: int
    body_id: int
    body_kind: str
    fields: frozenset[str]
    languages: frozenset[str]
    places: frozenset[int]
    evenings: bool
    load: int
    capacity: int
    agreed: int
    performed: int
    ties: Sequence[str] = ()
    barred: bool = False


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What the matter asks for. `places`: ids from the grid up to the city, nearest first."""

    field: str
    places: Sequence[int]
    languages: frozenset[str]
    evenings: bool = False


@dataclasses.dataclass(frozen=True)
class Match:
    """One candidate with the reasons shown to the parties."""

    profile: Profile
    reasons: tuple[str, ...]
    nearness: int


def excluded(profile: Profile, wanted: Wanted) -> Text:
    """Why somebody is no candidate at all; "" when nothing stands against them.

    Basis: 特邀调解规定 15, 28; 在线调解规则 13, 29; 商事调解条例 2.
    """
    if profile.barred:
        return _("has or had another part in this matter")
    if profile.ties:
        return _("has a tie to a party")
    if profile.capacity and profile.load >= profile.capacity:
        return _("has no room now")
    if profile.body_kind == BodyKind.COMMERCIAL and wanted.field in CLOSED_TO_COMMERCIAL:
        return _("commercial mediation may not take this field")
    return ""


def match(profile: Profile, wanted: Wanted) -> Match | None:
    """The reasons that speak for a mediator. None for whoever is excluded. Nothing here is a mark on a person."""
    if excluded(profile, wanted):
        return None
    nearness = next((n for n, place in enumerate(wanted.places) if place in profile.places), len(wanted.places))
    reasons = [
        Reason.FIELD if wanted.field and wanted.field in profile.fields else "",
        Reason.PLACE if nearness <= 2 and nearness < len(wanted.places) else "",
        Reason.LANGUAGE if wanted.languages and wanted.languages <= profile.languages else "",
        Reason.HOURS if wanted.evenings and profile.evenings else "",
        Reason.LOAD,
        Reason.RECORD if profile.performed >= 3 else "",
        Reason.NO_TIE,
        Reason.FIRST if profile.agreed == 0 and profile.load == 0 else "",
    ]
    return Match(profile, tuple(str(reason) for reason in reasons if reason), nearness)


def shortlist(profiles: Sequence[Profile], wanted: Wanted, *, most: int = CANDIDATES) -> list[Match]:
    """The candidates to choose from: who knows the field, speaks the language, lives near and has the most room.

    The same people in whatever order they come in give the same list.
    """
    found = [one for profile in profiles if (one := match(profile, wanted)) is not None]

    def order(one: Match) -> tuple[bool, bool, int, float, int]:
        profile = one.profile
        return (
            Reason.FIELD not in one.reasons,
            bool(wanted.languages) and Reason.LANGUAGE not in one.reasons,
            one.nearness,
            profile.load / profile.capacity if profile.capacity else float(profile.load),
            profile.mediator_id,
        )

    return sorted(found, key=order)[:most]
