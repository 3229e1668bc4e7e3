"""Places of the demonstration district. Codes begin with 99, which no real division uses."""

from __future__ import annotations

import dataclasses

PROVINCE = ("99", "岚省")
CITY = ("9901", "岚川市")
DISTRICT = ("990101", "云汀区")
RESIDENTS = 388_000


@dataclasses.dataclass(frozen=True)
class Community:
    """A community or village with its estates; each estate becomes an alias by which people name the place."""

    name: str
    estates: tuple[str, ...]
    grids: int = 7
    is_village: bool = False


@dataclasses.dataclass(frozen=True)
class Street:
    name: str
    residents: int
    communities: tuple[Community, ...]


def _c(name: str, *estates: str, grids: int = 7) -> Community:
    return Community(f"{name}社区", estates, grids)


def _v(name: str, *estates: str) -> Community:
    return Community(f"{name}村", estates, 9, is_village=True)


STREETS = (
    Street(
        "桥西街道",
        68_400,
        (
            _c("港云", "云锦小区", "港云里", grids=10),
            _c("槐荫", "槐荫北里", "槐荫南里", grids=8),
            _c("柳荫", "柳荫家园", "银杏苑"),
            _c("望河", "望河苑", "河畔人家"),
            _c("桥头", "桥头小区", "桥西大院"),
            _c("灯市", "灯市胡同", "灯市新苑"),
            _c("和顺", "和顺里", "和顺花园"),
        ),
    ),
    Street(
        "文澜街道",
        72_100,
        (
            _c("书院", "书院小区", "墨香苑"),
            _c("兰亭", "兰亭苑", "兰亭家园", grids=8),
            _c("翰林", "翰林府", "翰林北里"),
            _c("听雨", "听雨轩小区", "听雨南里"),
            _c("文汇", "文汇苑", "文汇广场公寓"),
            _c("学府", "学府家园", "学府里"),
            _c("清波", "清波小区", "清波园"),
        ),
    ),
    Street(
        "南湾街道",
        81_300,
        (
            _c("南湾花园", "南湾花园小区", "湾景苑", grids=9),
            _c("渡口", "渡口小区", "渡口新村"),
            _c("海棠", "海棠苑", "海棠里", grids=8),
            _c("长堤", "长堤小区", "长堤花园"),
            _c("金沙", "金沙家园", "金沙湾"),
            _c("望潮", "望潮苑", "望潮里"),
            _c("芦花", "芦花小区", "芦花苑"),
        ),
    ),
    Street(
        "北站街道",
        59_200,
        (
            _c("机务", "机务小区", "机务段宿舍", grids=8),
            _c("站前", "站前小区", "站前新苑", grids=8),
            _c("铁东", "铁东里", "铁东家园"),
            _c("货场", "货场小区", "货场北里"),
            _c("信号楼", "信号楼小区", "信号新村"),
            _c("汽修", "汽修大院", "汽修新苑"),
            _c("北关", "北关里", "北关花园"),
        ),
    ),
    Street(
        "东坪街道",
        64_700,
        (
            _c("东坪新苑", "东坪新苑小区", "东坪一期", grids=9),
            _c("工塔", "工塔小区", "工塔里"),
            _c("锦绣", "锦绣花园", "锦绣园"),
            _c("纺织", "纺织新村", "纺织里"),
            _c("红砖", "红砖公寓", "红砖里"),
            _c("丰泽", "丰泽苑", "丰泽家园"),
        ),
    ),
    Street(
        "青禾街道",
        42_300,
        (
            _v("石坞", "石坞新村"),
            _v("柳堰", "柳堰新村"),
            _v("稻香", "稻香新村"),
            _v("泉沟", "泉沟新村"),
            _c("青禾镇", "青禾家园", "青禾里"),
            _c("禾苑", "禾苑小区", "禾苑北区"),
        ),
    ),
)
