"""Files of messages on the page and by a system: looked at first, then in portions, with a hand on the brake."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from tests.cast import MORNING, Cast, cast

from fengqiao.intake import import_runs, importing, rules, tables
from fengqiao.intake.models import Contact, ImportMapping, ImportRejection, ImportRun
from fengqiao.intake.rules import Channel
from fengqiao.intake.tests.api_ground import Caller, by_key
from fengqiao.intake.tests.ground import window
from fengqiao.kernel import files, scoping
from fengqiao.kernel.clock import standing_at
from fengqiao.kernel.models import StoredFile
from fengqiao.kernel.testing import run_jobs
from fengqiao.people.rules import Role

pytestmark = pytest.mark.django_db
ROWS = [
    ["编号", "何时", "说了啥"],
    *([f"Q{n}", "不知道" if n == 3 else "", f"港云社区第{n}盏灯坏了"] for n in range(9)),
]


@pytest.fixture
def people(settings: Any, tmp_path: Path) -> Iterator[Cast]:
    settings.MEDIA_ROOT = tmp_path
    with standing_at(MORNING):
        yield cast()


def table(rows: list[list[str]] = ROWS, name: str = "12345.csv") -> SimpleUploadedFile:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return SimpleUploadedFile(name, out.getvalue().encode("gb18030"))


def sent(people: Cast, **more: Any) -> ImportRun:
    answer = window(people.wan).post("/desk/imports/", {"file": more.pop("file", None) or table(), **more})
    assert answer.status_code == 302, answer.content.decode()
    return ImportRun.objects.latest("pk")


def started(people: Cast, run: ImportRun, **more: str) -> ImportRun:
    columns = {"column_text": "说了啥", "column_received_at": "何时", "column_key": "编号", "channel": "city_hotline"}
    answer = window(people.wan).post(f"/desk/imports/{run.pk}/", columns | more)
    assert answer.status_code == 302, answer.content.decode()
    return ImportRun.objects.get(pk=answer["Location"].strip("/").rpartition("/")[2])


def page(people: Cast, run: ImportRun) -> str:
    return window(people.wan).get(f"/desk/imports/{run.pk}/").content.decode()


def made() -> int:
    with scoping.unscoped("tests"):
        return Contact.objects.count()


def test_the_first_rows_are_shown_before_anything_comes_in(people: Cast) -> None:
    run = sent(people)
    assert run.columns == {"key": "编号"}
    body = page(people, run)
    assert "港云社区第0盏灯坏了" in body and "港云社区第5盏灯坏了" not in body
    run_jobs()
    assert (made(), ImportRun.objects.get().state) == (0, ImportRun.State.WAITING)


def test_without_a_column_of_text_it_does_not_start(people: Cast) -> None:
    run = sent(people)
    answer = window(people.wan).post(f"/desk/imports/{run.pk}/", {"column_key": "编号", "channel": "import"})
    assert answer.status_code == 422
    assert ImportRun.objects.get().started_at is None


def test_it_comes_in_by_a_job_and_what_was_not_taken_comes_back_whole(people: Cast) -> None:
    run = started(people, sent(people), save_as="市热线")
    assert "已好0条，可以离开这一页" in page(people, run)
    run_jobs()
    run.refresh_from_db()
    assert (run.state, run.read, run.made, run.rejected) == (ImportRun.State.DONE, 9, 8, 1)
    with scoping.unscoped("tests"):
        assert set(Contact.objects.values_list("channel", flat=True)) == {Channel.CITY_HOTLINE}
    back = window(people.wan).get(f"/desk/imports/{run.pk}/rejected.csv")
    rows = list(csv.reader(io.StringIO(b"".join(back.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
    assert rows[1] == ["4", "不是日期：不知道", "Q3", "不知道", "港云社区第3盏灯坏了"]
    assert ImportMapping.objects.get().columns == {"text": "说了啥", "received_at": "何时", "key": "编号"}


def test_a_saved_mapping_knows_the_next_file(people: Cast) -> None:
    started(people, sent(people), save_as="市热线")
    later = sent(people, file=table([ROWS[0], ["Q77", "", "井盖松了"]]), mapping="市热线")
    assert (later.columns["text"], later.channel) == ("说了啥", Channel.CITY_HOTLINE)


def test_an_excel_file_comes_in_too(people: Cast) -> None:
    book, out = Workbook(), io.BytesIO()
    for row in ROWS:
        book.active.append(row)
    book.save(out)
    run = started(people, sent(people, file=SimpleUploadedFile("12345.xlsx", out.getvalue())))
    run_jobs()
    run.refresh_from_db()
    assert (run.made, run.rejected) == (8, 1)


def test_interrupted_it_keeps_what_came_in_and_goes_on_later(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "PORTION", 4)
    monkeypatch.setattr(import_runs, "JOB_S", -1.0)
    run = started(people, sent(people))
    assert import_runs.portions(run_id=run.pk, at=MORNING)
    assert window(people.wan).post(f"/desk/imports/{run.pk}/stop/").status_code == 302
    run_jobs()
    run.refresh_from_db()
    assert (run.state, run.read, made()) == (ImportRun.State.STOPPED, 4, 3)
    assert "继续导入" in page(people, run)
    assert window(people.wan).post(f"/desk/imports/{run.pk}/stop/").status_code == 409
    window(people.wan).post(f"/desk/imports/{run.pk}/resume/")
    run_jobs()
    run.refresh_from_db()
    assert (run.state, run.read, made()) == (ImportRun.State.DONE, 9, 8)


def test_a_killed_worker_is_noticed_and_pushed_on(people: Cast) -> None:
    run = started(people, sent(people))
    assert window(people.wan).post(f"/desk/imports/{run.pk}/resume/").status_code == 409
    with standing_at(MORNING + 2 * import_runs.SILENT):
        assert "有一阵没动了" in page(people, run)
        assert window(people.wan).post(f"/desk/imports/{run.pk}/resume/").status_code == 302


def test_two_jobs_on_one_run_double_nothing(people: Cast) -> None:
    """A job that was thought dead wakes up after the next one has moved on: it leaves the run alone."""
    run = started(people, sent(people))
    ImportRun.objects.filter(pk=run.pk).update(read=4, made=3, rejected=1)
    importer = importing.Importer(mapping="auto", channel=Channel.IMPORT, actor=people.wan, at=MORNING)
    rows = tables.rows(files.local_path(run.file), run.columns, "csv")
    importing.go_on(run, rows, importer, keep=lambda refused: None, at=MORNING)
    run.refresh_from_db()
    assert (run.read, run.made, made()) == (4, 3, 0)


def test_the_same_file_again_leads_to_its_run(people: Cast) -> None:
    first = started(people, sent(people))
    run_jobs()
    assert started(people, sent(people)).pk == first.pk
    assert (ImportRun.objects.count(), made()) == (1, 8)


def test_what_was_never_started_goes_after_a_week_with_its_file(people: Cast) -> None:
    first = started(people, sent(people))
    run_jobs()
    started(people, sent(people))
    assert list(StoredFile.objects.all()) == [first.file]
    sent(people, file=table([ROWS[0], ["Q9", "", "井盖松了"]]))
    assert import_runs.forget_files(at=MORNING + dt.timedelta(days=6)) == 0
    assert import_runs.forget_files(at=MORNING + dt.timedelta(days=8)) == 1
    assert (ImportRun.objects.get(), StoredFile.objects.get()) == (first, first.file)


def test_the_file_of_a_finished_run_goes_after_a_month_and_the_run_is_still_known(people: Cast) -> None:
    run = started(people, sent(people))
    run_jobs()
    assert f"/desk/imports/{run.pk}/rejected.csv" in page(people, run) and "可下载到" in page(people, run)
    finished = ImportRun.objects.get(pk=run.pk).finished_at
    assert import_runs.forget_files(at=finished + dt.timedelta(days=29)) == 0
    assert import_runs.forget_files(at=finished + dt.timedelta(days=31)) == 1
    assert not StoredFile.objects.exists()
    assert "rejected.csv" not in page(people, run) and "现已删除" in page(people, run)
    assert not ImportRejection.objects.exists()
    assert started(people, sent(people)).pk == run.pk
    assert not StoredFile.objects.exists()


def test_another_office_sees_nothing_of_it(people: Cast) -> None:
    run = started(people, sent(people))
    run_jobs()
    other = window(people.han_of_nanwan)
    for path in (f"{run.pk}/", f"{run.pk}/rejected.csv"):
        assert other.get(f"/desk/imports/{path}").status_code == 404
    assert "12345.csv" not in other.get("/desk/imports/").content.decode()
    assert window(people.shi).get("/desk/imports/").status_code == 404
    with scoping.scoped(people.han_of_nanwan):
        assert not ImportRejection.objects.exists()
    with scoping.scoped(people.wan):
        assert ImportRejection.objects.count() == 1


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("notes.pdf", b"%PDF-1.4"),
        SimpleUploadedFile("empty.csv", b""),
        SimpleUploadedFile("book.xlsx", b"no archive"),
    ],
)
def test_what_is_no_table_is_refused_at_the_field(people: Cast, file: SimpleUploadedFile) -> None:
    file.seek(0)
    answer = window(people.wan).post("/desk/imports/", {"file": file})
    assert answer.status_code == 422
    assert "invalid-feedback" in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_a_system_sends_a_file_and_asks_how_far_it_is(people: Cast) -> None:
    caller = by_key(people.centre, Role.DISPATCHER, (rules.IMPORT,))
    rows = [["编号", "受理时间", "诉求内容"], ["Q1", "", "港云社区路灯坏了"], ["Q2", "不知道", "港云社区井盖松了"]]
    answer = caller.upload("/imports", file=table(rows))
    assert (answer.status_code, answer.json()["state"]) == (201, "running")
    run_jobs()
    seen = caller.get(f"/imports/{answer.json()['id']}").json()
    assert (seen["state"], seen["made"], seen["rejected"]) == ("done", 1, 1)
    assert seen["rejections"] == [{"line": 2, "reason": "不是日期：不知道"}]
    assert caller.upload("/imports", file=table(rows)).json()["id"] == seen["id"]
    other = by_key(people.nanwan_office, Role.CLERK, (rules.IMPORT,))
    assert other.get(f"/imports/{seen['id']}").status_code == 404
    assert other.upload("/imports", file=table(rows)).json()["code"] == "import.known"
    assert Caller().get(f"/imports/{seen['id']}").status_code == 401


def test_a_file_whose_columns_nobody_knows_is_refused_to_a_system(people: Cast) -> None:
    caller = by_key(people.centre, Role.DISPATCHER, (rules.IMPORT,))
    answer = caller.upload("/imports", file=table())
    assert (answer.status_code, answer.json()["code"]) == (409, "import.columns")
    assert not ImportRun.objects.exists()
