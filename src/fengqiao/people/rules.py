"""Vocabulary of people, organisations and places; pure functions."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel.actor import CASE, MEDIATION, SAFETY


class Role(TextChoices):
    """Duties one can hold. One person may hold several and switches between them."""

    RESIDENT = "resident", _("resident")
    MERCHANT = "merchant", _("merchant")
    GRID_WORKER = "grid_worker", _("grid worker")
    COMMUNITY_WORKER = "community_worker", _("community worker")
    CLERK = "clerk", _("subdistrict clerk")
    OFFICER = "officer", _("department officer")
    DISPATCHER = "dispatcher", _("district dispatcher")
    MEDIATOR = "mediator", _("mediator")
    ORGANISATION_MANAGER = "organisation_manager", _("mediation organisation manager")
    JUDGE_ASSISTANT = "judge_assistant", _("judge assistant")
    JUDGE = "judge", _("judge")
    COURT_MANAGER = "court_manager", _("court manager")
    COUNSELLOR = "counsellor", _("counsellor")
    SUPERVISOR = "supervisor", _("supervisor")
    INSURER = "insurer", _("insurer")
    BANK = "bank", _("custodian bank")
    POLICE = "police", _("police officer")
    LAWYER = "lawyer", _("lawyer")
    NOTARY = "notary", _("notary")
    PROSECUTOR = "prosecutor", _("prosecutor")
    OPERATOR = "operator", _("hotline operator")
    VILLAGE_CADRE = "village_cadre", _("village cadre")
    PROPERTY_MANAGER = "property_manager", _("property manager")
    TRAINER = "trainer", _("trainer")
    DUTY_SUPERVISOR = "duty_supervisor", _("duty supervisor")
    DATA_OFFICER = "data_officer", _("data protection officer")
    WITNESS = "witness", _("witness keeper")
    ADMINISTRATOR = "administrator", _("administrator")
    AUDITOR = "auditor", _("auditor")
    LEADER = "leader", _("leader")


WALLS: dict[Role, frozenset[str]] = {
    Role.MEDIATOR: frozenset({CASE, MEDIATION, SAFETY}),
    Role.RESIDENT: frozenset({CASE, MEDIATION}),
    **dict.fromkeys(
        (
            Role.OPERATOR,
            Role.CLERK,
            Role.DISPATCHER,
            Role.DUTY_SUPERVISOR,
            Role.COMMUNITY_WORKER,
            Role.GRID_WORKER,
            Role.VILLAGE_CADRE,
            Role.ORGANISATION_MANAGER,
        ),
        frozenset({CASE, SAFETY}),
    ),
}
"""Compartments of a matter each duty may look into, where it has a part in the matter. Roles of the court hold none."""

SECOND_FACTOR = frozenset(
    {Role.LEADER, Role.AUDITOR, Role.COUNSELLOR, Role.COURT_MANAGER, Role.DATA_OFFICER, Role.ADMINISTRATOR}
)
"""Roles that may not enter without a second factor."""


UNIT_ROLES = frozenset(
    {
        Role.OFFICER,
        Role.SUPERVISOR,
        Role.MEDIATOR,
        Role.ORGANISATION_MANAGER,
        Role.POLICE,
        Role.PROPERTY_MANAGER,
        Role.COUNSELLOR,
        Role.INSURER,
        Role.BANK,
        Role.MERCHANT,
    }
)
"""Roles that see what their own organisation handles, wherever it lies; all others see their place."""

INSTALLATION_WIDE = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.DATA_OFFICER})
"""Roles that see the whole installation when neither they nor their organisation has a place."""

KEY_ROLES = (
    Role.OPERATOR,
    Role.DISPATCHER,
    Role.CLERK,
    Role.OFFICER,
    Role.COMMUNITY_WORKER,
    Role.GRID_WORKER,
    Role.PROPERTY_MANAGER,
    Role.POLICE,
)
"""Duties a connected system may act in. None that reads across the installation, none that asks for a second factor."""

STAFF = frozenset(Role) - {Role.RESIDENT, Role.MERCHANT}


class RevealPurpose(TextChoices):
    """What somebody wants to see a personal detail for. Written to the read audit, which the person can see."""

    CALL_BACK = "call_back", _("to call the person back")
    VISIT = "visit", _("to visit or deliver something")
    IDENTITY = "identity", _("to check that it is the same person")
    DOCUMENT = "document", _("to write a document")
    HAND_OVER = "hand_over", _("to hand the matter over")
    EMERGENCY = "emergency", _("somebody is in danger")


class AreaKind(TextChoices):
    """Kinds of place, from wide to narrow."""

    PROVINCE = "province", _("province")
    CITY = "city", _("city")
    DISTRICT = "district", _("district")
    STREET = "street", _("subdistrict")
    COMMUNITY = "community", _("community")
    GRID = "grid", _("grid")
    MICRO_GRID = "micro_grid", _("micro-grid")
    BUILDING = "building", _("building")


PARENTS: dict[AreaKind, frozenset[AreaKind]] = {
    AreaKind.PROVINCE: frozenset(),
    AreaKind.CITY: frozenset({AreaKind.PROVINCE}),
    AreaKind.DISTRICT: frozenset({AreaKind.CITY}),
    AreaKind.STREET: frozenset({AreaKind.DISTRICT}),
    AreaKind.COMMUNITY: frozenset({AreaKind.STREET}),
    AreaKind.GRID: frozenset({AreaKind.COMMUNITY}),
    AreaKind.MICRO_GRID: frozenset({AreaKind.GRID}),
    AreaKind.BUILDING: frozenset({AreaKind.COMMUNITY, AreaKind.GRID, AreaKind.MICRO_GRID}),
}
"""Which kinds may lie directly above a place."""


def kinds_below(kind: AreaKind) -> list[AreaKind]:
    """What may be laid out directly below a place of this kind, from wide to narrow."""
    return [below for below in AreaKind if kind in PARENTS[below]]


CODE_DIGITS = {
    AreaKind.PROVINCE: 2,
    AreaKind.CITY: 2,
    AreaKind.DISTRICT: 2,
    AreaKind.STREET: 3,
    AreaKind.COMMUNITY: 3,
    AreaKind.GRID: 2,
    AreaKind.MICRO_GRID: 2,
    AreaKind.BUILDING: 3,
}
"""How many digits each kind adds to the code of the place above it (national codes to the subdistrict)."""


class OrganisationKind(TextChoices):
    COURT = "court", _("court")
    TRIBUNAL = "tribunal", _("tribunal")
    DISTRICT_CENTRE = "district_centre", _("district governance centre")
    STREET_OFFICE = "street_office", _("subdistrict office")
    COMMUNITY = "community", _("residents' committee")
    VILLAGE = "village", _("villagers' committee")
    DEPARTMENT = "department", _("department")
    HOTLINE = "hotline", _("hotline centre")
    POLICE = "police", _("police station")
    MEDIATION = "mediation", _("mediation organisation")
    PSYCHOLOGY = "psychology", _("psychological service centre")
    PROSECUTION = "prosecution", _("prosecutor's office")
    LAW_FIRM = "law_firm", _("law firm")
    NOTARY = "notary", _("notary office")
    INSURER = "insurer", _("insurer")
    BANK = "bank", _("bank")
    MERCHANT = "merchant", _("merchant")
    PROPERTY = "property", _("property manager")
    UTILITY = "utility", _("utility")
    WITNESS = "witness", _("witness")
    OTHER = "other", _("other organisation")


def mask_phone(phone: str) -> str:
    """ "13812340421" → "138****0421"; short or foreign numbers keep their last two digits."""
    if not phone:
        return ""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else f"****{phone[-2:]}"


def mask_email(email: str) -> str:
    """ "hanlu@example.org" → "h****@example.org"."""
    name, _sign, host = email.rpartition("@")
    return f"{name[:1]}****@{host}" if name else ""


def mask_name(name: str) -> str:
    """ "陈立秋" → "陈**"."""
    return name[:1] + "*" * (len(name) - 1) if name else ""


def mask_identity(number: str) -> str:
    """ "110101199001011237" → "110***********1237"."""
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}" if len(number) >= 8 else "*" * len(number)


BROWSERS = (
    ("MicroMessenger", _("WeChat")),
    ("DingTalk", _("DingTalk")),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
"""What a browser says of itself, and what people call it; the first that fits, because many pretend to be others."""


def device_name(user_agent: str) -> str:
    """A signed-in device in words a person recognises: "Chrome · Windows". Result: "" when it says nothing we know."""
    known = (next((name for sign, name in names if sign in user_agent), "") for names in (BROWSERS, SYSTEMS))
    return " · ".join(str(name) for name in known if name)
