"""The official table of causes: versions, repeatable, the date chooses."""

import datetime as dt

import pytest
from tests.shared import shared

from fengqiao.disputes import queries
from fengqiao.disputes.actions.causes import import_causes
from fengqiao.disputes.models import Cause
from fengqiao.kernel.errors import Refused

pytestmark = pytest.mark.django_db

HEAD = "part,part_name,group,group_name,code,level,name,parent"
OLD = [HEAD, "三,物权纠纷,5,所有权纠纷,G5,2,所有权纠纷,", "三,物权纠纷,5,所有权纠纷,50,3,相邻关系纠纷,G5"]
NEW = [HEAD, "三,物权纠纷,5,所有权纠纷,G5,2,所有权纠纷,", "三,物权纠纷,5,所有权纠纷,52,3,相邻关系纠纷,G5"]


def test_the_day_chooses_the_version_and_a_second_run_changes_nothing() -> None:
    import_causes(lines=OLD, version="2020", valid_from=dt.date(2021, 1, 1))
    assert import_causes(lines=NEW, version="2025", valid_from=dt.date(2026, 1, 1)).ended == 2
    again = import_causes(lines=NEW, version="2025", valid_from=dt.date(2026, 1, 1))
    assert (again.added, again.changed, again.ended) == (0, 0, 0)
    for day, code in ((dt.date(2025, 12, 31), "50"), (dt.date(2026, 1, 1), "52")):
        assert [one.code for one in queries.find_causes("相邻", on=day)] == [code]


def test_a_missing_parent_is_refused() -> None:
    with pytest.raises(Refused):
        import_causes(lines=[HEAD, OLD[2]], version="x", valid_from=dt.date(2021, 1, 1))


@pytest.mark.data
def test_the_official_table_comes_in_whole() -> None:
    with shared("data/legal/civil_causes_2025.csv").open(encoding="utf-8-sig") as lines:
        done = import_causes(lines=lines, version="2025", valid_from=dt.date(2026, 1, 1))
    assert done.added == 615
    assert Cause.objects.filter(level=2).count() == 59
