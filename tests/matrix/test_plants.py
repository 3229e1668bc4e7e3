"""The test of the test: leaks planted on purpose are found by the same machinery, and nothing else is."""

from __future__ import annotations

import dataclasses
import types
from typing import Any

import pytest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.test import override_settings
from django.urls import clear_url_caches, path
from ninja import NinjaAPI, Router

from fengqiao.config import urls
from fengqiao.intake.models import Contact
from fengqiao.intake.pages.resident_common import actor_on, opened
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import permit, verbs
from fengqiao.people.access import narrow
from fengqiao.people.rules import Role
from fengqiao.shell.api import Api, operation
from fengqiao.shell.pages import page
from tests.matrix.cells import Asker, cells, operations
from tests.matrix.objects import BY_CODE, BY_CODE_API, OTHER_SYSTEM, PLANT_VERB, RELATIONS, SYSTEM, VISITOR, Stage
from tests.matrix.table import EVERYBODY, Row, own_matter

pytestmark = pytest.mark.django_db
VERB = PLANT_VERB


def _visible(request: Any) -> Any:
    return narrow(Contact.objects.all(), request.actor, unit=["unit_id"], person=["person_id"], matter="id")


def _unfiltered() -> Any:
    """What a forgotten filter returns when the net is torn as well."""
    with scoping.unscoped("plant"):
        return list(Contact.objects.order_by("pk"))


def sound(request: Any, number: str) -> HttpResponse:
    return HttpResponse(get_object_or_404(_visible(request), number=number).title)


def no_filter(request: Any, number: str) -> HttpResponse:
    found = [contact for contact in _unfiltered() if contact.number == number]
    if not found:
        raise Http404
    return HttpResponse(found[0].title)


def telling_404(request: Any, number: str) -> HttpResponse:
    """Hides the row but tells that it exists, by another body."""
    if not _visible(request).filter(number=number).exists():
        exists = any(contact.number == number for contact in _unfiltered())
        return HttpResponse("not yours" if exists else "not there", status=404)
    return HttpResponse("yours")


def telling_status(request: Any, number: str) -> HttpResponse:
    if not _visible(request).filter(number=number).exists():
        return HttpResponse("no", status=403 if any(c.number == number for c in _unfiltered()) else 404)
    return HttpResponse("yours")


def leaky_list(request: Any) -> HttpResponse:
    return HttpResponse("\n".join(contact.title for contact in _unfiltered()))


def forgotten_filter(request: Any, number: str) -> HttpResponse:
    """The application filter forgotten, the net in place: PostgreSQL answers that there is nothing."""
    return HttpResponse(get_object_or_404(Contact, number=number).title)


def bare(request: Any, number: str) -> HttpResponse:
    """No `@page`, no check at all."""
    return no_filter(request, number)


def right_matter(request: Any, number: str) -> HttpResponse:
    """For the person of this matter; the door for everybody else."""
    return redirect(f"/follow/?number={number}") if actor_on(request, number) is None else HttpResponse("yours")


def any_matter(request: Any, number: str) -> HttpResponse:
    """Asks whether the browser opened a matter, and forgets to ask which."""
    return no_filter(request, number) if opened(request) else right_matter(request, number)


def _garden_api(name: str) -> NinjaAPI:
    """An API of three operations: sound, without filter, and (in another one) without any check."""
    garden = Api(title=name, version="1", urls_namespace=name, docs_url=None)
    router = Router()

    @router.get("/sound/{number}")
    @operation(VERB)
    def sound_operation(request: Any, number: str) -> Any:
        return {"title": get_object_or_404(_visible(request), number=number).title}

    @router.get("/leaky/{number}")
    @operation(VERB)
    def leaky_operation(request: Any, number: str) -> Any:
        return {"title": no_filter(request, number).content.decode()}

    if name == "wild":

        @router.get("/bare/{number}")
        def bare_operation(request: Any, number: str) -> Any:
            return {"title": no_filter(request, number).content.decode()}

    garden.add_router("", router)
    return garden


TAME, WILD = _garden_api("tame"), _garden_api("wild")
BY_VERB = (sound, no_filter, telling_404, telling_status, leaky_list, forgotten_filter)
OPEN = (bare, right_matter, any_matter)
PLANTS = {view.__name__: view for view in (*BY_VERB, *OPEN)}


@pytest.fixture(scope="module", autouse=True)
def planted() -> Any:
    if VERB not in verbs():
        permit(VERB, set(Role) - {Role.MERCHANT})
    patterns = [
        path(
            f"plants/{name}/" + ("" if name == "leaky_list" else "<str:number>/"),
            page(VERB)(view) if view in BY_VERB else view,
            name=f"plant_{name}",
        )
        for name, view in PLANTS.items()
    ]
    garden = types.ModuleType("tests.matrix.garden")
    garden.urlpatterns = [
        *urls.urlpatterns,
        *patterns,
        path("tame/", TAME.urls),
        path("wild/", WILD.urls),
    ]  # type: ignore[attr-defined]
    for handler in ("handler400", "handler403", "handler404", "handler500"):
        setattr(garden, handler, getattr(urls, handler))
    with override_settings(ROOT_URLCONF=garden):
        clear_url_caches()
        yield
    clear_url_caches()


FEW = {"clerk", "grid_worker", "mediator", "leader", "merchant", "resident", VISITOR}
SYSTEMS = {SYSTEM, OTHER_SYSTEM}


def _few(stage: Stage) -> Stage:
    """Enough columns to show each kind of scope."""
    few = FEW | SYSTEMS | {BY_CODE, BY_CODE_API}
    return dataclasses.replace(stage, players=[player for player in stage.players if player.role in few])


def _found(name: str, stage: Any) -> set[tuple[str, str]]:
    row = Row(f"plant_{name}", VERB, on="" if name == "leaky_list" else "contact")
    asker = Asker(_few(stage))
    return {
        (found.cell.player.role, found.cell.relation)
        for cell in cells([row], _few(stage))
        if (found := asker.surprise(cell))
    }


@pytest.mark.parametrize("name", ["sound", "forgotten_filter"])
def test_a_sound_page_gives_no_alarm(name, stage) -> None:
    assert _found(name, stage) == set()


def test_the_net_is_what_holds_a_forgotten_filter(stage) -> None:
    with scoping.application_filter_off():
        asker = Asker(_few(stage))
        row = Row("plant_sound", VERB, on="contact")
        assert [str(found) for cell in cells([row], _few(stage)) if (found := asker.surprise(cell))] == []


@pytest.mark.parametrize("name", ["no_filter", "telling_404", "telling_status"])
def test_a_leaky_page_is_found_in_exactly_its_cells(name, stage) -> None:
    found = _found(name, stage)
    staff = FEW - {"merchant", VISITOR}
    hidden = {"clerk": {"parent", "sibling", "other"}, "mediator": {"child", "parent", "sibling", "other"}}
    assert {role for role, _relation in found} == staff
    for role, relations in hidden.items():
        assert {relation for who, relation in found if who == role} == relations


def test_a_leaky_list_is_found(stage) -> None:
    assert len(_found("leaky_list", stage)) == len(FEW) - 2


def test_a_page_without_any_check_is_found_for_everybody(stage) -> None:
    roles = {role for role, _relation in _found("bare", stage)}
    assert {"visitor", "merchant", "clerk", "resident"} <= roles


def test_a_new_route_without_a_row_is_named() -> None:
    from tests.matrix.cells import routes
    from tests.matrix.table import TABLE

    known = {row.route for row in TABLE}
    assert {route.name for route in routes() if route.name not in known} == {f"plant_{name}" for name in PLANTS}


@pytest.mark.parametrize(("name", "leaks"), [("sound_operation", False), ("leaky_operation", True)])
def test_an_operation_of_the_api_without_filter_is_found(name, leaks, stage) -> None:
    row, few = Row(f"api:{name}", (VERB,), on="contact", sees=lambda who, relation: relation in who.reach), _few(stage)
    asker = Asker(few, TAME)
    found = [asker.surprise(cell) for cell in cells([row], few, TAME)]
    where = {(one.cell.player.role, one.cell.relation) for one in found if one is not None}
    assert ({("clerk", "sibling"), ("mediator", "other"), ("resident", "parent")} <= where) is leaks
    assert ({(SYSTEM, "sibling"), (OTHER_SYSTEM, "own"), (BY_CODE_API, "child")} <= where) is leaks
    assert bool(where) is leaks
    assert not {who for who, _relation in where} & {"merchant", VISITOR}
    assert {(SYSTEM, "own"), (OTHER_SYSTEM, "other"), (BY_CODE_API, "own")}.isdisjoint(where)


@pytest.mark.parametrize(("name", "leaks"), [("right_matter", False), ("any_matter", True)])
def test_a_page_that_takes_one_opened_matter_for_all_is_found(name, leaks, stage) -> None:
    row, few = Row(f"plant_{name}", EVERYBODY, on="contact", sees=own_matter, otherwise="door"), _few(stage)
    asker = Asker(few)
    found = {(one.cell.player.role, one.cell.relation) for cell in cells([row], few) if (one := asker.surprise(cell))}
    assert found == ({(BY_CODE, relation) for relation in RELATIONS if relation != "own"} if leaks else set())


def test_an_operation_of_the_api_without_check_is_named() -> None:
    with pytest.raises(AssertionError, match="bare_operation"):
        operations(WILD)
