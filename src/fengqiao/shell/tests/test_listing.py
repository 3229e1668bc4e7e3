"""Lists: pages by key in every order, filters, columns, files and print."""

import csv
import dataclasses
import datetime as dt
import io

import pytest
from django.http import QueryDict
from django.urls import include, path
from hypothesis import given, settings
from hypothesis import strategies as some
from openpyxl import load_workbook

from fengqiao.kernel.actor import Actor
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Refused
from fengqiao.shell import listing
from fengqiao.shell.models import SavedView
from fengqiao.shell.pages import page
from fengqiao.shell.tests.cast import signed_in_as

pytestmark = [pytest.mark.django_db, pytest.mark.urls("fengqiao.shell.tests.test_listing")]

WHOSE = [("1", "One"), ("2", "Two")]
LIST = listing.Listing[SavedView](
    name="views",
    title="Views",
    columns=[
        listing.Column("name", "Name", lambda row: row.name, order="name"),
        listing.Column("user", "User", lambda row: row.user_id, is_number=True),
        listing.Column("at", "Kept", lambda row: row.saved_at, order="newest"),
        listing.Column("query", "Query", lambda row: row.query, is_shown=False),
    ],
    orders=[
        listing.Order("name", "Name", "name"),
        listing.Order("newest", "Newest first", "saved_at", is_descending=True),
        listing.Order("user", "User", "user_id"),
    ],
    filters=[
        listing.Filter(
            "user", "User", lambda rows, v: rows.filter(user_id=int(v)), [("1", "One"), ("2", "Two")], "pills"
        ),
        listing.Filter("word", "Word", lambda rows, v: rows.filter(name__contains=v), kind="text"),
        listing.Filter("day", "Day", lambda rows, v: rows.filter(saved_at__date=v), kind="day"),
    ],
    page_size=7,
)


def rows(request):
    """Every row, whoever asks: what a list does is tried here, not whose rows it shows."""
    request.actor = dataclasses.replace(request.actor, level="all")
    return everything(request)


@page(None)
def everything(request):
    return listing.answer(request, LIST, SavedView.objects.all())


urlpatterns = [path("", include("fengqiao.shell.urls")), path("rows/", rows)]
FIVE_PAST = dt.datetime(2026, 11, 24, 9, 5, tzinfo=CHINA)
USER = Actor(id="member:1", name="Sun", role="clerk", user_id=1)


def make(number: int, **facts) -> None:
    start = dt.datetime(2026, 11, 1, 9, tzinfo=CHINA)
    SavedView.objects.bulk_create(
        SavedView(
            user_id=1 + n % 2,
            path="/x/",
            name=f"view {n % 5}-{n}",
            saved_at=start + dt.timedelta(hours=n // 3),  # ties of three
            **facts,
        )
        for n in range(number)
    )


def walk(order: str, start: str = "") -> list[int]:
    """All ids, page after page, by following the link to the next one."""
    found, query = [], start or f"order={order}"
    for _guard in range(50):
        shown = listing.page_of(LIST, QueryDict(query), SavedView.objects.all())
        found += [row.pk for row in shown.rows]
        if not shown.next_url:
            return found
        query = shown.next_url.lstrip("?")
    raise AssertionError("the list never ends")


@pytest.mark.parametrize(
    ("order", "by"), [("name", ("name", "pk")), ("newest", ("-saved_at", "-pk")), ("user", ("user_id", "pk"))]
)
def test_pages_by_key_hold_every_row_once_and_in_order(order, by):
    make(40)
    assert walk(order) == list(SavedView.objects.order_by(*by).values_list("pk", flat=True))


def test_pages_lead_back_the_same_way():
    make(40)
    ahead, back, query = [], [], "order=newest"
    while True:
        shown = listing.page_of(LIST, QueryDict(query), SavedView.objects.all())
        ahead.append([row.pk for row in shown.rows])
        if not shown.next_url:
            break
        query = shown.next_url.lstrip("?")
    while True:
        back.append([row.pk for row in shown.rows])
        if not shown.previous_url:
            break
        shown = listing.page_of(LIST, QueryDict(shown.previous_url.lstrip("?")), SavedView.objects.all())
    assert [row for chunk in reversed(back) for row in chunk] == [row for chunk in ahead for row in chunk]


def test_a_row_that_arrives_moves_nothing():
    make(20)
    first = listing.page_of(LIST, QueryDict("order=newest"), SavedView.objects.all())
    SavedView.objects.create(user_id=1, path="/x/", name="late", saved_at=dt.datetime(2026, 12, 1, tzinfo=CHINA))
    second = listing.page_of(LIST, QueryDict(first.next_url.lstrip("?")), SavedView.objects.all())
    assert not {row.pk for row in first.rows} & {row.pk for row in second.rows}


@settings(max_examples=60, deadline=None)
@given(some.one_of(some.text(max_size=40), some.binary(max_size=30).map(lambda octets: octets.hex())))
def test_any_place_in_the_address_gives_a_page(text):
    query = QueryDict(mutable=True)
    query["after"] = text
    for order in ("name", "newest", "user"):
        query["order"] = order
        listing.page_of(LIST, query, SavedView.objects.all())


def test_a_place_of_another_order_starts_at_the_top():
    make(20)
    first = listing.page_of(LIST, QueryDict("order=name"), SavedView.objects.all())
    mixed = first.next_url.lstrip("?").replace("order=name", "order=newest")
    assert listing.page_of(LIST, QueryDict(mixed), SavedView.objects.all()).rows


def test_filters_stay_in_the_address_and_nonsense_is_ignored():
    make(20)
    shown = listing.page_of(LIST, QueryDict("user=2&word=view&columns=name&order=name"), SavedView.objects.all())
    assert {row.user_id for row in shown.rows} == {2}
    assert "user=2" in shown.next_url and "word=view" in shown.next_url and "columns=name" in shown.next_url
    for nonsense in ("user=9", "user=1'%20or%201", "day=yesterday", "word=%00"):
        listing.page_of(LIST, QueryDict(nonsense), SavedView.objects.all())


def test_columns_are_chosen_in_the_address():
    make(1)

    def keys(query: str) -> list[str]:
        return [column.key for column in listing.page_of(LIST, QueryDict(query), SavedView.objects.all()).columns]

    assert keys("") == ["name", "user", "at"]
    assert keys("columns=query,name") == ["name", "query"]
    assert keys("columns=name&columns=at") == ["name", "at"]
    assert keys("columns=nothing") == ["name", "user", "at"]


def get(client, query: str):
    with signed_in_as(USER):
        return client.get(f"/rows/?{query}")


def test_the_page_shows_rows_tools_and_no_inline_style(client):
    make(9)
    text = get(client, "order=name").content.decode()
    assert text.count("<tr>") == 8 and 'aria-sort="ascending"' in text
    assert "format=csv" in text and "style=" not in text


def test_a_filter_that_finds_nothing_says_so(client):
    make(3)
    assert "清除条件" in get(client, "word=zzz").content.decode()


def test_csv_is_complete_harmless_and_audited(client, monkeypatch):
    seen = []
    monkeypatch.setattr(listing, "on_export", [lambda request, name, kind, number: seen.append((name, kind, number))])
    make(30)
    SavedView.objects.create(user_id=1, path="/x/", name='=HYPERLINK("http://evil")', saved_at=FIVE_PAST)
    answer = get(client, "format=csv&order=name")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(text)))
    assert found[0] == ["Name", "User", "Kept"] and len(found) == 32
    assert found[1] == ['\'=HYPERLINK("http://evil")', "1", "2026-11-24 09:05"]
    assert seen == [("views", "csv", 31)]
    assert 'filename="views.csv"' in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\tx", "\r=1"])
def test_text_like_a_formula_gets_an_apostrophe(text):
    assert listing.harmless(text) == f"'{text}"


def test_numbers_stay_numbers():
    assert listing.harmless(-5) == -5
    assert listing.harmless("5") == "5" and listing.harmless(None) == ""


def test_xlsx_holds_text_as_text(client):
    make(3)
    SavedView.objects.create(user_id=1, path="/x/", name="=1+1\x07", saved_at=dt.datetime(2026, 11, 24, tzinfo=CHINA))
    answer = get(client, "format=xlsx&order=name")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet["A2"].value == "'=1+1"
    assert sheet.max_row == 5 and sheet["B2"].value == 1


def test_a_file_too_long_is_refused(client, monkeypatch):
    monkeypatch.setattr(listing, "CSV_MOST", 2)
    make(3)
    assert get(client, "format=csv").status_code == 409


def test_the_print_view_names_its_conditions(client):
    make(9)
    text = get(client, "format=print&user=2").content.decode()
    assert "Two" in text and "fq-side" not in text


def test_a_view_is_kept_found_and_dropped(client):
    make(3)
    with signed_in_as(USER):
        answer = client.post("/views/save/", {"path": "/rows/", "name": "Mine", "query": "user=2&after=xyz&format=csv"})
        assert answer.headers["Location"] == "/rows/?user=2"
        assert "/rows/?user=2" in client.get("/rows/").content.decode()
        view = SavedView.objects.get(path="/rows/")
        client.post(f"/views/{view.pk}/remove/")
    assert not SavedView.objects.filter(path="/rows/").exists()


def test_nobody_drops_the_view_of_another(client):
    view = SavedView.objects.create(
        user_id=2, path="/rows/", name="Theirs", saved_at=dt.datetime(2026, 11, 24, tzinfo=CHINA)
    )
    with signed_in_as(USER):
        assert client.post(f"/views/{view.pk}/remove/").status_code == 404
        assert f"/views/{view.pk}/remove/" not in client.get("/rows/").content.decode()
    assert SavedView.objects.filter(pk=view.pk).exists()


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "/no-such-page/", "javascript:alert(1)"])
def test_a_view_never_leads_away(client, there):
    with signed_in_as(USER):
        assert client.post("/views/save/", {"path": there, "name": "x"}).status_code == 404


def test_one_view_too_many_is_refused():
    from fengqiao.shell import views_saved

    at = dt.datetime(2026, 11, 24, tzinfo=CHINA)
    for n in range(views_saved.MOST):
        views_saved.save(user_id=1, path="/rows/", name=f"v{n}", query="", at=at)
    views_saved.save(user_id=1, path="/rows/", name="v0", query="user=1", at=at)
    with pytest.raises(Refused):
        views_saved.save(user_id=1, path="/rows/", name="one more", query="", at=at)
