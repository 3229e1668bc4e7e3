"""Places: laid out by kind, found by name and pinyin, renamed without losing their code."""

import csv

import pytest
from django.core.management import call_command
from tests import world as cast

from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.kernel.models import Event
from fengqiao.people import divisions, queries
from fengqiao.people.actions import add_area, change_area, close_area, import_areas
from fengqiao.people.models import Area
from fengqiao.people.rules import AreaKind, Role
from fengqiao.people.spelling import spell

pytestmark = pytest.mark.django_db


def test_each_place_knows_all_places_above_it() -> None:
    here = cast.places()
    grid = Area.objects.get(pk=here.grid.pk)
    line = (grid.city_id, grid.district_id, grid.street_id, grid.community_id, grid.grid_id)
    assert line == (here.city.pk, here.district.pk, here.street.pk, here.community.pk, grid.pk)
    assert grid.full_name == "丰省丰桥市西峰区港云街道里涟社区第一网格"
    assert [place.name for place in queries.area_path(grid)][-3:] == ["港云街道", "里涟社区", "第一网格"]


def test_a_building_may_lie_in_a_community_or_a_grid_but_not_in_a_street() -> None:
    here = cast.places()
    tower = add_area(parent=here.community, kind=AreaKind.BUILDING, name="3号楼", actor=cast.SYSTEM, at=cast.AT)
    inside = add_area(parent=here.grid, kind=AreaKind.BUILDING, name="4号楼", actor=cast.SYSTEM, at=cast.AT)
    assert tower.code.startswith(here.community.code)
    assert tower.code != inside.code
    assert (tower.grid_id, inside.grid_id) == (None, here.grid.pk)
    with pytest.raises(Refused, match=r"area\.wrong_level"):
        add_area(parent=here.street, kind=AreaKind.BUILDING, name="5号楼", actor=cast.SYSTEM, at=cast.AT)


def test_codes_count_up_and_names_are_taken_once() -> None:
    here = cast.places()
    third = add_area(parent=here.community, kind=AreaKind.GRID, name="第三网格", actor=cast.SYSTEM, at=cast.AT)
    assert third.code == here.community.code + "03"
    with pytest.raises(Refused, match=r"area\.name_taken"):
        add_area(parent=here.community, kind=AreaKind.GRID, name="第三网格", actor=cast.SYSTEM, at=cast.AT)


def test_renaming_keeps_the_code_and_reaches_the_names_below() -> None:
    here = cast.places()
    changed = change_area(area=here.community, name="涟漪社区", aliases=["里涟"], actor=cast.SYSTEM, at=cast.AT)
    assert (changed.code, changed.initials) == (here.community.code, "lysq")
    assert Area.objects.get(pk=here.grid.pk).full_name.endswith("涟漪社区第一网格")
    assert Event.objects.filter(kind="people.area_changed").count() == 1


def test_a_place_with_places_in_use_below_cannot_be_closed() -> None:
    here = cast.places()
    with pytest.raises(Refused, match=r"area\.has_children"):
        close_area(area=here.community, actor=cast.SYSTEM, at=cast.AT)
    for grid in (here.grid, here.other_grid):
        close_area(area=grid, actor=cast.SYSTEM, at=cast.AT)
    assert not close_area(area=here.community, actor=cast.SYSTEM, at=cast.AT).is_active


def test_an_administrator_lays_out_places_only_at_home() -> None:
    here = cast.places()
    admin = cast.actor(Role.ADMINISTRATOR, here.street)
    assert add_area(parent=here.street, kind=AreaKind.COMMUNITY, name="新建社区", actor=admin, at=cast.AT).pk
    with pytest.raises(Forbidden):
        add_area(parent=here.other_street, kind=AreaKind.COMMUNITY, name="新建社区", actor=admin, at=cast.AT)
    with pytest.raises(Forbidden):
        add_area(parent=None, kind=AreaKind.PROVINCE, name="新省", actor=admin, at=cast.AT)
    with pytest.raises(Forbidden):
        change_area(area=here.community, name="x", actor=cast.actor(Role.CLERK, here.street), at=cast.AT)


def test_places_are_found_by_name_pinyin_and_alias_within_scope() -> None:
    here = cast.places()
    change_area(area=here.other_community, aliases=["老粮库"], actor=cast.SYSTEM, at=cast.AT)
    for typed, expected in (("里涟", here.community), ("llsq", here.community), ("xingfu", here.other_community)):
        assert expected in queries.find_areas(cast.SYSTEM, typed), typed
    assert queries.find_areas(cast.SYSTEM, "老粮库") == [here.other_community]
    worker = cast.actor(Role.GRID_WORKER, here.grid)
    assert queries.find_areas(worker, "网格") == [here.grid]
    assert queries.find_areas(worker, "") == []


def test_gazetteer_rows_are_plain() -> None:
    here = cast.places()
    rows = {row.id: row for row in queries.gazetteer_rows(district_id=here.district.pk)}
    assert rows[here.grid.pk].community_id == here.community.pk
    assert here.other_district.pk not in rows


@pytest.mark.parametrize(
    ("name", "spelt"), [("重庆市", ("chongqingshi", "cqs")), ("3号楼B座", ("3haoloubzuo", "3hlbz")), ("", ("", ""))]
)
def test_names_are_spelt(name: str, spelt: tuple[str, str]) -> None:
    assert spell(name) == spelt


def _write(folder, name: str, columns: str, rows: list[str]) -> None:
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns.split(","), *(row.split(",") for row in rows)])


@pytest.fixture
def folder(tmp_path):
    _write(tmp_path, "provinces.csv", "code,name", ["11,丰省"])
    _write(tmp_path, "cities.csv", "code,name,provinceCode", ["1101,市辖区,11"])
    _write(tmp_path, "areas.csv", "code,name,cityCode,provinceCode", ["110101,西峰区,1101,11"])
    streets = ["110101001,港云街道,110101,11,1101", "110101002,南路街道,110101,11,1101"]
    _write(tmp_path, "streets.csv", "code,name,areaCode,provinceCode,cityCode", streets)
    return tmp_path


def test_the_import_fills_ancestors_and_a_second_run_changes_nothing(folder) -> None:
    given = list(divisions.read(folder))
    first = import_areas(divisions=given, actor=cast.SYSTEM, at=cast.AT)
    assert (first.added, first.changed) == (5, 0)
    street = Area.objects.get(code="110101001")
    assert street.full_name == "丰省西峰区港云街道"
    assert (street.street_id, street.parent.code, street.district_id) == (street.pk, "110101", street.parent_id)
    second = import_areas(divisions=given, actor=cast.SYSTEM, at=cast.AT)
    assert (second.added, second.changed, second.unchanged) == (0, 0, 5)
    assert Event.objects.filter(kind="people.areas_imported").count() == 1


def test_a_renamed_division_is_renamed_and_what_was_made_below_stays(folder) -> None:
    import_areas(divisions=divisions.read(folder), actor=cast.SYSTEM, at=cast.AT)
    street = Area.objects.get(code="110101001")
    own = add_area(parent=street, kind=AreaKind.COMMUNITY, name="里涟社区", actor=cast.SYSTEM, at=cast.AT)
    _write(folder, "streets.csv", "code,name,areaCode,provinceCode,cityCode", ["110101001,云港街道,110101,11,1101"])
    again = import_areas(divisions=divisions.read(folder), actor=cast.SYSTEM, at=cast.AT)
    assert (again.added, again.changed) == (0, 1)
    assert Area.objects.get(pk=own.pk).street_id == street.pk


def test_the_command_says_what_it_did_and_what_is_wrong(folder, capsys) -> None:
    call_command("import_areas", str(folder))
    assert "5 added" in capsys.readouterr().out
    with pytest.raises(Exception, match=r"streets\.csv"):
        (folder / "streets.csv").unlink()
        call_command("import_areas", str(folder))


def test_only_the_installation_imports(folder) -> None:
    with pytest.raises(Forbidden):
        import_areas(divisions=divisions.read(folder), actor=cast.actor(Role.CLERK, None), at=cast.AT)
