"""What every route allows. Add a row for each new route; the words:

`who`   a verb registered with `permit` (its roles may enter), EVERYBODY (also without signing in), SIGNED_IN,
        or NOBODY (pages for developers).
`on`    the kind of object in the address ("" for none), as made in `objects.py`.
`sees`  whose objects are there for somebody who may enter: IN_SCOPE (own place and below, for unit roles what their
        unit handles, for residents their own matter), OWN (their own account's), ALL (public things), or a function
        (player, relation) -> bool.
`acts`  roles that may POST although others of `who` may read: the others meet 403, or 409 while it is not the time.
`get`, `post`  what is sent; `methods` which of the two the route knows.
`in_person`  a deed of a named person: connected systems meet 403.
`readers_act`  open to whoever may read the matter: taking back one's own deed, adding somebody else's voice.
`systems_only`  no person gets in, whatever they may: connected systems that hold `who` alone.
`otherwise`  what everybody else meets: "absent", or "door" where number and code are asked for instead.
`may_lack`  the thing may not exist for its owner either (no recovery codes made yet).
Everything else meets exactly the page of something absent.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from tests.matrix.objects import BY_CODE, OTHER_SYSTEM, Player

EVERYBODY, SIGNED_IN, NOBODY = "everybody", "signed in", "nobody"
IN_SCOPE, OWN, ALL = "in scope", "own", "all"


def in_scope(player: Player, relation: str) -> bool:
    """Own place and below; for unit roles what their unit handles; for residents and holders of a code their own
    matter; for systems what their organisation reaches and what it sent in."""
    return relation in player.reach | player.reads


def sees_dispute(player: Player, relation: str) -> bool:
    """Mediators, judges and grid workers see a dispute through a seat of their own, and hold none here."""
    return player.role not in SEATED and in_scope(player, relation)


def writes_dispute(player: Player, relation: str) -> bool:
    """Adding a party is the desk's; for readers the deed is not there."""
    return player.actor.may("disputes.change") and sees_dispute(player, relation)


def who_handles(player: Player, relation: str) -> bool:
    """Deeds on a matter are offered to those who may handle it; for readers they are not there."""
    return player.actor.may("intake.handle") and in_scope(player, relation)


def own_office(player: Player, relation: str) -> bool:
    """Files sent in are seen by the office that sent them, whatever it reaches otherwise."""
    return relation == "own" and player.actor.organisation_id is not None


def nobody(player: Player, relation: str) -> bool:
    return False


def sent_in(player: Player, relation: str) -> bool:
    """No matter of the matrix has a public category: Open311 shows each to the system that sent it in alone."""
    return player.role == OTHER_SYSTEM and relation in player.reads


@dataclasses.dataclass(frozen=True)
class Row:
    route: str
    who: str | tuple[str, ...]
    on: str = ""
    sees: str | Callable[[Player, str], bool] = IN_SCOPE
    methods: tuple[str, ...] = ("GET",)
    acts: frozenset[str] | None = None
    may_lack: bool = False
    in_person: bool = False
    readers_act: bool = False
    systems_only: bool = False
    otherwise: str | Callable[[Player], str] = "absent"
    get: Mapping[str, str] = dataclasses.field(default_factory=dict)
    post: Mapping[str, Any] = dataclasses.field(default_factory=dict)


SEATED = frozenset({"mediator", "judge", "grid_worker"})
BOTH, ACT = ("GET", "POST"), ("POST",)


def own_matter(player: Player, relation: str) -> bool:
    """The pages of the person concerned: signed in as themselves, or opened by number and code."""
    return player.role in {"resident", BY_CODE} and relation == "own"


def own_party(player: Player, relation: str) -> bool:
    """The pages of a party: signed in as themselves. The code of the contact is another one than the party's."""
    return player.role == "resident" and relation == "own"


def room_door(player: Player) -> str:
    """Staff without a part in a mediation room meet nothing there; everybody else is asked for number and code."""
    return "door" if player.is_anonymous or player.role == "resident" else "absent"


TABLE: tuple[Row, ...] = (
    # shell
    Row("shell:start", EVERYBODY),
    Row("shell:home", EVERYBODY),
    Row("shell:language", EVERYBODY, on="language", sees=ALL),
    Row("shell:type_size", EVERYBODY, on="type_size", sees=ALL),
    Row("shell:keys", EVERYBODY, on="keys", sees=ALL),
    Row("shell:more", EVERYBODY),
    Row("shell:notices", "notices.read"),
    Row("shell:read_notices", "notices.read", methods=ACT),
    Row("shell:offline", EVERYBODY),
    Row("shell:rules", EVERYBODY),
    Row("shell:calendar", EVERYBODY),
    Row("shell:calendar_of", EVERYBODY, on="year", sees=ALL),
    Row("shell:calendar_day", "reference.edit", on="year", sees=ALL, methods=ACT),
    Row("shell:calendar_announce", "reference.edit", on="year", sees=ALL, methods=ACT),
    Row("shell:save_view", EVERYBODY, methods=ACT, may_lack=True),
    Row("shell:remove_view", EVERYBODY, on="view", sees=OWN, methods=ACT),
    Row("shell:design_live", NOBODY, methods=BOTH),
    Row("shell:policy_report", EVERYBODY, methods=ACT),
    Row("shell:design", NOBODY),
    Row("shell:design_form", NOBODY, methods=BOTH),
    Row("shell:design_answer", NOBODY, on="design_answer"),
    # evidence
    Row("evidence:verify", EVERYBODY),
    Row("evidence:saved_page", EVERYBODY),
    Row("evidence:verifier", EVERYBODY),
    Row("evidence:policy", EVERYBODY),
    Row("evidence:checkpoint", EVERYBODY, on="log", sees=nobody),
    Row("evidence:tile", EVERYBODY, on="tile", sees=nobody),
    Row("evidence:state", "evidence.look"),
    Row("evidence:settle", "evidence.settle", on="incident", sees=nobody, methods=ACT),
    Row("evidence:keeping", "evidence.grant"),
    Row("evidence:hold", "evidence.keep", methods=ACT),
    Row("evidence:lift", "evidence.keep", on="incident", sees=nobody, methods=ACT),
    Row("evidence:grant", "evidence.grant", on="incident", sees=nobody, methods=ACT),
    Row("evidence:package", "evidence.keep", methods=ACT),
    # signing in (allauth): nothing of anybody else's
    Row("account_login", EVERYBODY, methods=BOTH),
    Row("account_logout", EVERYBODY),
    Row("account_reauthenticate", EVERYBODY),
    Row("account_change_password", EVERYBODY),
    Row("account_set_password", EVERYBODY),
    Row("account_inactive", EVERYBODY),
    Row("account_signup", EVERYBODY),
    Row("account_email", EVERYBODY),
    Row("account_email_verification_sent", EVERYBODY),
    Row("account_reset_password", EVERYBODY),
    Row("account_code", EVERYBODY, methods=BOTH),
    Row("account_code_check", EVERYBODY),
    Row("mfa_index", EVERYBODY),
    Row("mfa_authenticate", EVERYBODY),
    Row("mfa_reauthenticate", EVERYBODY),
    Row("mfa_activate_totp", EVERYBODY),
    Row("mfa_deactivate_totp", EVERYBODY, may_lack=True),
    Row("mfa_view_recovery_codes", EVERYBODY, may_lack=True),
    Row("mfa_generate_recovery_codes", EVERYBODY),
    Row("mfa_download_recovery_codes", EVERYBODY, may_lack=True),
    Row("mfa_list_webauthn", EVERYBODY),
    Row("mfa_add_webauthn", EVERYBODY),
    Row("mfa_reauthenticate_webauthn", EVERYBODY),
    Row("mfa_login_webauthn", EVERYBODY),
    Row("mfa_remove_webauthn", SIGNED_IN, on="key", sees=OWN, methods=BOTH),
    Row("mfa_edit_webauthn", SIGNED_IN, on="key", sees=OWN, methods=BOTH),
    Row("usersessions_list", "people.me"),
    Row("usersessions_end", "people.me", on="session", sees=OWN, methods=ACT),
    # people
    Row("people:areas", "people.areas"),
    Row("people:find_areas", EVERYBODY, get={"q": "社区"}),
    Row("people:area", "people.areas", on="area"),
    Row("people:change_area", "people.areas.change", on="area", methods=BOTH, post={"name": "新名字"}),
    Row("people:close_area", "people.areas.change", on="area", methods=ACT),
    Row("people:add_area", "people.areas.change", on="area", methods=BOTH, post={"name": "新地点"}),
    Row("people:add_organisation", "people.organisations.change", on="area", methods=BOTH),
    Row("people:organisations", "people.organisations"),
    Row("people:organisation", "people.organisations", on="organisation"),
    Row("people:change_organisation", "people.organisations.change", on="organisation", methods=BOTH),
    Row("people:change_chat", "people.organisations.change", on="organisation", methods=BOTH),
    Row("people:start_duty", "people.duties.change", on="organisation", methods=BOTH),
    Row("people:end_duty", "people.duties.change", on="duty", methods=ACT),
    Row("people:reset_sign_in", "people.sign_in.reset", on="duty", methods=ACT),
    Row("people:change_addresses", "people.duties.change", on="duty", methods=BOTH),
    Row("people:me", "people.me", methods=BOTH),
    Row("people:set_addresses", "people.addresses", methods=ACT),
    Row("people:switch_duty", "people.me", on="own_duty", sees=OWN, methods=ACT),
    Row("people:who_looked", "people.me"),
    Row("people:reveal", "people.me", on="person", sees=OWN, methods=BOTH, post={"purpose": "visit"}),
    Row("people:readings", "people.readings"),
    # disputes: calculators, open to everybody
    Row("calc:index", EVERYBODY),
    Row("calc:calculator", EVERYBODY, on="calculator", sees=ALL, get={"claim": "100000", "go": "1"}),
    # intake: the person concerned and the public
    Row("intake:home", EVERYBODY),
    Row("intake:mine", EVERYBODY),
    Row("intake:help", EVERYBODY),
    Row("intake:scan", EVERYBODY, on="spot", sees=ALL),
    Row("intake:tell_what", EVERYBODY, methods=BOTH),
    Row("intake:tell_cover", EVERYBODY, methods=BOTH),
    Row("intake:tell_where", EVERYBODY, methods=BOTH),
    Row("intake:tell_photos", EVERYBODY, methods=BOTH),
    Row("intake:tell_remove", EVERYBODY, on="photo", sees=ALL, methods=ACT),
    Row("intake:tell_who", EVERYBODY, methods=BOTH),
    Row("intake:tell_check", EVERYBODY, methods=BOTH),
    Row("intake:tell_help", EVERYBODY, methods=BOTH),
    Row("intake:tell_resume", EVERYBODY, methods=ACT, may_lack=True),
    Row("intake:tell_discard", EVERYBODY, methods=ACT),
    Row("intake:follow", EVERYBODY, methods=BOTH),
    Row("intake:leave", EVERYBODY, methods=ACT),
    *(
        Row(f"intake:{name}", EVERYBODY, on="contact", sees=own_matter, methods=methods, otherwise="door")
        for name, methods in (
            ("story", ("GET",)),
            ("receipt", ("GET",)),
            ("receipt_pdf", ("GET",)),
            ("receipt_pdf_large", ("GET",)),
            ("acceptance_pdf", ("GET",)),
            ("printed", ("GET",)),
            ("proofs", ("GET",)),
            ("package", ("GET",)),
            ("erase", BOTH),
            ("add", BOTH),
            ("decide", ACT),
            ("withdraw", BOTH),
            ("reopen", ACT),
            ("story_help", ("GET",)),
        )
    ),
    Row("intake:join", EVERYBODY, on="contact", sees=own_matter, methods=ACT, otherwise="door", may_lack=True),
    Row("intake:rate", EVERYBODY, on="rating", sees=own_matter, methods=ACT, otherwise="door", may_lack=True),
    Row("intake:proof", EVERYBODY, on="proof", sees=own_matter, otherwise="door", may_lack=True),
    Row("intake:file", EVERYBODY, on="file", sees=own_matter, otherwise="door", may_lack=True),
    Row("intake:file_small", EVERYBODY, on="file", sees=own_matter, otherwise="door", may_lack=True),
    Row("intake:board", EVERYBODY),
    Row("intake:posters", "intake.posters", methods=BOTH),
    Row("intake:poster", "intake.posters", on="poster"),
    Row("intake:poster_run", "intake.posters", on="poster_run", sees=OWN, may_lack=True),
    Row("intake:poster_file", "intake.posters", on="poster_run", sees=OWN, may_lack=True),
    Row("intake:paper_form", "intake.ask_rating", methods=BOTH),
    # intake: the desk and everybody who handles matters
    Row("intake:today", EVERYBODY),
    Row("intake:search", "intake.read", get={"q": "暗记"}),
    Row("intake:desk", "intake.read"),
    Row("intake:call", "intake.register", methods=BOTH),
    Row("intake:caller", "intake.register", methods=ACT, post={"phone": "13812340422"}),
    Row("intake:guess", "intake.register", methods=ACT, post={"text": "暗记 暖气不热"}),
    Row("intake:places", "intake.register", get={"q": "社区"}),
    Row("intake:figures", "intake.read"),
    Row("intake:exclude_rating", "intake.ask_rating", on="rating_row", methods=BOTH),
    Row("intake:appeal_exclusion", "intake.ask_rating", on="rating_row", methods=BOTH),
    Row("intake:decide_appeal", "intake.ask_rating", on="rating_row", methods=ACT),
    Row("intake:imports", "intake.import", methods=BOTH),
    Row("intake:import_run", "intake.import", on="import_run", sees=own_office, methods=BOTH),
    Row("intake:stop_import", "intake.import", on="import_run", sees=own_office, methods=ACT),
    Row("intake:resume_import", "intake.import", on="import_run", sees=own_office, methods=ACT),
    Row("intake:import_rejected", "intake.import", on="import_run", sees=own_office, may_lack=True),
    Row("intake:categories", "intake.configure"),
    Row("intake:new_category", "intake.configure", methods=BOTH),
    Row("intake:category", "intake.configure", on="category", sees=ALL, methods=BOTH),
    Row("intake:dispatch_rules", "intake.configure"),
    Row("intake:new_dispatch_rule", "intake.configure", methods=BOTH),
    Row("intake:dispatch_rule", "intake.configure", on="dispatch_rule", sees=ALL, methods=BOTH),
    Row("intake:corrections", "intake.configure"),
    Row("intake:detail", "intake.read", on="contact"),
    Row("intake:aside", "intake.read", on="contact"),
    Row("intake:dispatch", "intake.dispatch", on="contact", methods=BOTH),
    Row("intake:undo", "intake.handle", on="contact", methods=ACT),
    Row("intake:acknowledge", "intake.handle", on="contact", methods=ACT),
    Row("intake:compare", "intake.reorder", on="contact", may_lack=True),
    Row("intake:merge", "intake.reorder", on="contact", methods=ACT, may_lack=True),
    Row("intake:link", "intake.reorder", on="contact", methods=ACT, may_lack=True),
    Row("intake:split", "intake.reorder", on="contact", methods=BOTH),
    Row("intake:bulk", "intake.handle", on="contact", methods=BOTH),
    Row("intake:call_receipt", "intake.register", on="contact"),
    Row("intake:call_receipt_pdf", "intake.register", on="contact", may_lack=True),
    Row("intake:act", "intake.read", on="act", sees=who_handles, methods=BOTH),
    Row("intake:contact_file", "intake.read", on="file", may_lack=True),
    Row("intake:contact_thumbnail", "intake.read", on="file", may_lack=True),
    Row("intake:round", "intake.register"),
    Row("intake:round_note", "intake.register", methods=BOTH),
    Row("intake:round_worker", EVERYBODY),
    Row("intake:health", "intake.operate"),
    Row("intake:healthz", EVERYBODY),
    Row("people:systems", "people.connect"),
    Row("people:new_key", "people.connect", on="organisation", methods=BOTH),
    Row("people:new_webhook", "people.connect", on="organisation", methods=BOTH),
    Row("people:revoke_key", "people.connect", on="api_key", methods=ACT),
    Row("people:webhook", "people.connect", on="webhook"),
    Row("people:test_webhook", "people.connect", on="webhook", methods=ACT),
    Row("people:end_webhook", "people.connect", on="webhook", methods=ACT),
    # mediation: the matter, its deeds, the register
    Row("mediation:turn", "mediation.read"),
    Row("mediation:matter", "mediation.read", on="dispute", sees=sees_dispute),
    Row("mediation:act", "mediation.read", on="dispute_act", sees=writes_dispute, methods=BOTH),
    Row("mediation:proof", "mediation.read", on="dispute_file", sees=sees_dispute, may_lack=True),
    Row("mediation:question", "mediation.guide", on="question", sees=nobody, methods=BOTH),
    # the room: its mediator and its parties; the matter of the matrix has no sitting and no mediator yet
    Row("mediation:room_door", EVERYBODY, methods=BOTH, post={"number": "x", "code": "000000"}, may_lack=True),
    *(
        Row(f"mediation:{name}", EVERYBODY, on=on, sees=own_matter, methods=methods, otherwise=room_door, may_lack=True)
        for name, on, methods in (
            ("room", "dispute", BOTH), ("room_alone", "dispute", BOTH), ("room_side", "room_side", BOTH),
            ("room_table", "dispute", ("GET",)), ("room_papers", "dispute", ("GET",)),
            ("room_act", "room_deed", BOTH), ("room_lines", "room_talk", ("GET",)),
            ("room_state", "room_talk", ("GET",)), ("room_file", "dispute_file", ("GET",)),
            ("room_envelope", "room_round", ("GET",)), ("room_signals", "dispute", BOTH),
            ("room_recording", "room_recording", ("GET",)), ("room_piece", "room_piece", ACT),
        )
    ),
    # mediation: a party's own pages; everybody else is asked for number and code
    Row("mediation:party", EVERYBODY, on="dispute", sees=own_matter, otherwise="door"),
    Row("mediation:party_deed", EVERYBODY, on="dispute_sue", sees=own_matter, methods=BOTH, otherwise="door"),
    Row("mediation:party_file", EVERYBODY, on="dispute_file", sees=own_matter, may_lack=True, otherwise="door"),
    Row("mediation:party_receipt", EVERYBODY, on="dispute", sees=own_matter, otherwise="door"),
    Row("mediation:party_receipt_pdf", EVERYBODY, on="dispute", sees=own_matter, otherwise="door"),
    # mediation: an agreement weighed against the court, by the mediator for both and by each party for its own side
    Row("mediation:weigh", "mediation.propose_range", on="dispute", sees=nobody, methods=BOTH),
    Row(
        "mediation:party_weigh", EVERYBODY, on="dispute", sees=own_matter, methods=BOTH, otherwise="door",
        post={"do": "sum"},
    ),
    # mediation: judges' stations and workrooms
    Row("mediation:stations", EVERYBODY),
    Row("mediation:station", EVERYBODY, on="station", sees=ALL),
    Row("mediation:hours", "mediation.roster", on="station", sees=ALL),
    Row("mediation:book", "mediation.book", on="slot", sees=nobody, methods=BOTH),
    Row("mediation:booking", "mediation.book", on="booking", sees=nobody, methods=BOTH),
    Row("mediation:inquiries", "mediation.answer"),
    Row("mediation:inquiry", "mediation.answer", on="question", sees=nobody, methods=BOTH),
    Row("mediation:register", EVERYBODY),
    Row("mediation:body", EVERYBODY, on="body", sees=ALL),
    # mediation: keeping the register, branded rooms
    Row("mediation:entries", "mediation.keep_register"),
    Row("mediation:entry", "mediation.keep_register", on="body", sees=nobody, methods=BOTH),
    Row("mediation:join", "mediation.keep_register", on="body", sees=nobody, methods=BOTH),
    Row("mediation:person", "mediation.keep_register", on="question", sees=nobody, methods=BOTH),
    Row("mediation:own_page", "mediation.hold"),
    Row("mediation:rooms", EVERYBODY),
    Row("mediation:branded", EVERYBODY, on="named_room", sees=ALL),
    Row("mediation:room_matters", "mediation.accept", on="named_room", sees=nobody),
    # mediation: home visits, one's own days alone; teams and templates of one's own house
    Row("mediation:visits", "mediation.visits"),
    Row("mediation:trip", "mediation.visits", on="booking", sees=nobody, methods=BOTH),
    Row("mediation:trip_sheet", "mediation.visits", on="booking", sees=nobody),
    Row("mediation:teams", "mediation.team_matters"),
    Row("mediation:team", "mediation.team_matters", on="question", sees=nobody, methods=BOTH),
    Row("mediation:templates", "mediation.templates"),
    Row("mediation:template", "mediation.templates", on="question", sees=nobody, methods=BOTH),
    # the agreement: written, signed, sealed; papers and their public check
    Row("mediation:agreement", "mediation.agreements", on="dispute", sees=nobody, methods=BOTH),
    Row("mediation:agreement_deed", "mediation.agreements", on="dispute_act", sees=nobody, methods=ACT),
    Row("mediation:paper", "mediation.agreements", on="document", sees=nobody),
    Row("mediation:check_door", EVERYBODY, methods=BOTH),
    Row("mediation:check", EVERYBODY, on="paper_code", sees=ALL, methods=BOTH),
    # court: confirmations, and the party's side of an agreement
    Row("court:queue", "court.confirmations"),
    Row("court:detail", "court.confirmations", on="dispute", sees=nobody),
    Row("court:deed", "court.confirmations", on="dispute_act", sees=nobody, methods=ACT),
    Row("court:party", EVERYBODY, on="dispute", sees=own_party, otherwise="door"),
    Row("court:door", EVERYBODY, on="dispute", sees=ALL, methods=BOTH),
    Row("court:party_paper", EVERYBODY, on="document", sees=own_party, may_lack=True, otherwise="door"),
    Row("court:party_deed", EVERYBODY, on="dispute_act", sees=own_party, methods=ACT, may_lack=True, otherwise="door"),
    # interfaces: public things to everybody, the rest to nobody without a key
    Row("api_docs", EVERYBODY),
    Row("open311:discovery", EVERYBODY),
    Row("open311:services", EVERYBODY),
    Row("open311:definition", EVERYBODY, on="service", sees=nobody),
    Row("open311:requests", EVERYBODY),
    Row("open311:requests", "intake.file", methods=ACT, systems_only=True, post={"description": "楼道灯坏了"}),
    Row("open311:request", EVERYBODY, on="contact", sees=sent_in),
    Row("open311:token", EVERYBODY, on="contact", sees=sent_in),
    Row("open311:updates", EVERYBODY),
    Row(
        "open311:updates", "intake.handle", on="sent_contact", systems_only=True, methods=ACT,
        post={"description": "明天上午修"},
    ),
)  # fmt: skip


UNITS = frozenset({"officer", "police", "property_manager"})
"""Roles whose unit has the matter in hand; the desk sees it too but cannot take it for them."""


def _deed(
    name: str,
    *who: str,
    acts: frozenset[str] | None = None,
    may_lack: bool = False,
    in_person: bool = False,
    readers_act: bool = False,
    **body: Any,
) -> Row:
    """An operation on one matter. The body is valid, so that nothing but rights decides."""
    return Row(
        f"api:{name}", who, on="contact", acts=acts, post=body, may_lack=may_lack, in_person=in_person,
        readers_act=readers_act,
    )  # fmt: skip


READ, HANDLE, DISPATCH, REORDER = "intake.read", "intake.handle", "intake.dispatch", "intake.reorder"
REGISTER, PERSON, FILE = "intake.register", "intake.own", "intake.file"

PARTY_SIDE = frozenset({"resident"})
"""Of all who see a dispute without a mediator, only its parties read what was said to settle."""


def _on_dispute(name: str, *who: str, acts: frozenset[str] | None = None, may_lack: bool = False, **body: Any) -> Row:
    """An operation on one dispute. `may_lack`: nothing of this kind is under way in the matrix."""
    return Row(f"api:{name}", who, on="dispute", sees=sees_dispute, acts=acts, post=body, may_lack=may_lack)


OPERATIONS: tuple[Row, ...] = (
    Row("api:list_mediators", EVERYBODY),
    Row("api:list_disputes", ("disputes.read", "disputes.own")),
    Row(
        "api:open_dispute",
        ("disputes.open",),
        post={
            "place": "nowhere",
            "parties": [{"side": "applicant", "name": "甲"}, {"side": "respondent", "name": "乙"}],
        },
    ),
    Row("api:read_dispute", ("disputes.read", "disputes.own"), on="dispute", sees=sees_dispute),
    Row("api:read_record", ("mediation.read", "disputes.own"), on="dispute", sees=sees_dispute, acts=PARTY_SIDE),
    Row("api:read_alternatives", ("mediation.weigh",), on="dispute", sees=sees_dispute, acts=PARTY_SIDE),
    Row("api:read_similar", ("mediation.weigh",), on="dispute", sees=sees_dispute, acts=PARTY_SIDE, may_lack=True),
    _on_dispute("add_reckoning", "mediation.weigh", acts=PARTY_SIDE, low_fen=1, high_fen=2),
    _on_dispute("propose_range", "mediation.propose_range", low_fen=1, high_fen=2),
    Row("api:drop_reckoning", ("mediation.weigh",), on="reckoning", sees=sees_dispute, acts=PARTY_SIDE, may_lack=True),
    _on_dispute("offer_mediation", "mediation.offer", kind="peoples"),
    _on_dispute("consent_to", "disputes.consent", party=1, to="mediation", may_lack=True),
    _on_dispute("refuse_mediation", "disputes.consent", party=1, may_lack=True),
    _on_dispute("send_mediators", "mediation.offer"),
    _on_dispute("choose_mediator", "mediation.choose", party=1, candidate=1, may_lack=True),
    _on_dispute("assign_mediator", "mediation.assign", mediator=1, may_lack=True),
    _on_dispute("accept_mediation", "mediation.accept"),
    _on_dispute("decline_mediation", "mediation.accept", reason="other"),
    _on_dispute("end_mediation", "mediation.hold", ground="gap"),
    _on_dispute("ask_docketing", "disputes.docket"),
    _on_dispute("docket_case", "disputes.register_case", case_number="（2026）1号"),
    _on_dispute("interrupt_matter", "disputes.interrupt", kind="crime"),
    Row("api:me", (READ, FILE, PERSON)),
    Row("api:list_categories", EVERYBODY),
    Row("api:find_places", EVERYBODY, get={"q": "社区"}),
    Row("api:find_units", EVERYBODY, get={"q": "办"}),
    Row("api:list_rules", EVERYBODY),
    Row("api:list_calculators", EVERYBODY),
    Row("api:calculate", EVERYBODY, on="calculator", sees=ALL, get={"input": '{"claim": "100000"}'}),
    Row("api:list_contacts", (READ, PERSON)),
    Row("api:figures", (READ,)),
    Row("api:create_contact", (FILE,), post={"text": "楼道灯坏了"}),
    Row("api:upload", (FILE, PERSON, HANDLE, REGISTER)),
    Row("api:create_import", ("intake.import",)),
    Row("api:read_import", ("intake.import",), on="import_run_id", sees=own_office),
    Row("api:read_contact", (READ, PERSON), on="contact"),
    Row("api:read_file", (READ, PERSON), on="file", may_lack=True),
    _deed("dispatch", DISPATCH, unit="T0001"),
    _deed("take", HANDLE, acts=UNITS),
    _deed("send_back", HANDLE, acts=UNITS, reason="不归我们"),
    _deed("transfer", DISPATCH, reason="归别处", to="市供热集团"),
    _deed("undo", DISPATCH, HANDLE, readers_act=True),
    _deed("answer", HANDLE, text="已安排"),
    _deed("progress", HANDLE, text="在办"),
    _deed("note", HANDLE, text="备注"),
    _deed("ask", HANDLE, text="请补收据"),
    _deed("finish", HANDLE, text="办好了"),
    _deed("change_urgency", DISPATCH, reason="有老人", urgency="urgent"),
    _deed("acknowledge", HANDLE, in_person=True),
    _deed("merge", REORDER, into="01226-0000000-0", may_lack=True),
    _deed("link", REORDER, parent="01226-0000000-0", may_lack=True),
    _deed("split", REORDER, texts=["一件", "另一件"]),
    _deed("join", REGISTER, readers_act=True, phone="13812340421"),
    _deed("supplement", PERSON, REGISTER, text="补充"),
    _deed("accept", PERSON),
    _deed("object_to", PERSON, text="没办好"),
    _deed("postpone", PERSON),
    _deed("withdraw", PERSON, REGISTER),
    _deed("reopen", PERSON, DISPATCH, text="又不热了"),
    _deed("rate", PERSON, "intake.ask_rating", about="answer", score=5),
)
"""What every API operation allows. `who` holds the verbs of its `@operation`; () or EVERYBODY opens it to all."""
