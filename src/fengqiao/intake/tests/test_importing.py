"""Files of messages: broken runs go on, nothing comes twice, what is not taken comes back whole with its reason."""

import csv
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from tests.cast import MORNING, cast

from fengqiao.intake import importing
from fengqiao.intake.models import Contact, ImportMapping, ImportRun
from fengqiao.intake.rules import Channel
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import system
from fengqiao.kernel.clock import standing_at

pytestmark = pytest.mark.django_db
HEADER = ["工单编号", "受理时间", "诉求内容", "备注"]


@pytest.fixture(autouse=True)
def district():
    with standing_at(MORNING):
        made = cast()
        scoping.apply(system("tests"))
        yield made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Ten rows; the third and the eighth have no date."""
    rows = [
        [f"Q{n}", "不知道" if n in {3, 8} else "2026-03-09 08:00", f"港云社区第{n}盏灯坏了", "原样"] for n in range(10)
    ]
    return written(tmp_path / "messages.csv", [HEADER, *rows])


def written(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def run(path: Path, **more: object) -> ImportRun:
    return importing.import_file(path, actor=system("tests"), at=MORNING, **more)


def command(path: Path, *words: str) -> str:
    out = io.StringIO()
    call_command("import_contacts", str(path), "--quiet", *words, stdout=out)
    return out.getvalue()


def rejected(path: Path) -> list[dict[str, str]]:
    with importing.rejected_path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_broken_run_goes_on_without_doubles(path: Path, monkeypatch) -> None:
    """The power fails after the second portion was written but before it was committed."""
    monkeypatch.setattr(importing, "PORTION", 4)
    whole, done = importing.Importer.write, []

    def breaks(self, portion, readings, run):  # type: ignore[no-untyped-def]
        done.append(portion)
        made = whole(self, portion, readings, run)
        if len(done) == 3:
            raise RuntimeError("power")
        return made

    monkeypatch.setattr(importing.Importer, "write", breaks)
    with pytest.raises(RuntimeError):
        run(path)
    assert ImportRun.objects.get().read == 8
    monkeypatch.setattr(importing.Importer, "write", whole)
    ended = run(path)
    assert (ended.read, ended.made, ended.rejected) == (10, 8, 2)
    assert Contact.objects.filter(source_key__startswith="auto:Q").count() == 8
    assert [row["line"] for row in rejected(path)] == ["4", "9"]


def test_rejected_rows_come_back_whole_and_can_be_sent_again(path: Path) -> None:
    run(path)
    rows = rejected(path)
    assert rows[0] == {
        "line": "4",
        "reason": "不是日期：不知道",
        "工单编号": "Q3",
        "受理时间": "不知道",
        "诉求内容": "港云社区第3盏灯坏了",
        "备注": "原样",
    }
    mended = [[*HEADER], *([row[name].replace("不知道", "2026-03-09") for name in HEADER] for row in rows)]
    assert run(written(path.with_name("mended.csv"), mended)).made == 2
    assert run(path).made == 8


def test_an_old_file_of_rejected_rows_is_not_added_to(path: Path) -> None:
    importing.rejected_path(path).write_text("line,reason,别的\n1,旧的,x\n", encoding="utf-8")
    run(path)
    assert [row["line"] for row in rejected(path)] == ["4", "9"]


def test_a_mapping_is_saved_by_name_with_its_channel(path: Path, tmp_path: Path) -> None:
    own = written(tmp_path / "own.csv", [["说了啥"], ["港云社区3号楼灯坏了"]])
    command(own, "--mapping", "city", "--column", "text=说了啥", "--channel", "city_hotline")
    other = written(tmp_path / "other.csv", [["说了啥"], ["港云社区4号楼灯坏了"]])
    assert "1 imported" in command(other, "--mapping", "city")
    assert set(Contact.objects.values_list("channel", flat=True)) == {Channel.CITY_HOTLINE}


@pytest.mark.parametrize(
    "words",
    [
        ("--mapping", "nobody"),
        ("--mapping", "city", "--column", "text=没有这一列"),
        ("--column", "text"),
        ("--column", "words=诉求内容"),
    ],
)
def test_a_mapping_that_does_not_fit_imports_nothing(path: Path, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        command(path, *words)
    assert not Contact.objects.exists()
    assert not ImportMapping.objects.exists()
