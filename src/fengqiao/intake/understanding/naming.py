"""Names of estates, communities and villages read from the sentence itself, for places no gazetteer knows yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from fengqiao.intake.understanding.reasons import Span

_NUM = "0-9一二三四五六七八九十百"
STRONG = (
    "小区|社区|家园|花园|花苑|新村|公寓|山庄|华庭|家属[院区]|宿舍|生活区|安置区|公馆|大厦|名邸|名苑|"
    "佳苑|嘉苑|雅苑|华苑|嘉园|佳园|豪庭|豪苑|翠园|丽苑|康园"
    "|国际城|新城|别墅|居委会|村委会|大院|坊|楼盘"
)
WEAK = (
    "苑|园|城|府|郡|湾|庭|居|里|邸|墅|轩|阁|台|岸|村|广场|国际|世纪|时代|半岛|天下|院|冲|坪|屋|小镇|"
    "中心|世家|风景|盛世|美域|华府|首府|悦府|蓝湾|春天|江南|名都|名城|尚城|水岸|雅居|金城|星城|郦城|"
    "御园|学府|公园[一二三四五六七八九]号|[一二三四五六七八九]号"
)
_ADMIN = (
    r"(?:[一-龥]{2,3}省|[A-Z][0-9]*[省市区县州]|西地省|[一-龥]{2,3}[市县]|[一-龥]{2,3}区(?=[一-龥])"
    r"|[一-龥]{1,5}?(?:街道(?:办事处|办)?|镇|乡|开发区|高新区|经开区|新区))"
)
_STOP = re.compile(
    rf"{_ADMIN}|[^一-龥A-Za-z0-9·]+|位于|坐落|居住|家住|住在|我们|我是|本人|请问|关于|投诉|反映|举报|"
    rf"咨询|希望|恳请|建议|要求|强烈|请求|关注|严查|解决|处理|尊敬|领导|您好|你好"
    r"|业主|居民|物业|住户|购买|开发商|附近|旁边|对面|隔壁|周边|门口|门前|楼下|以及|或者|还有|就是|"
    r"现在|目前|所在|隶属|属于|所属|一个|这个|那个|整个|本|该|我|你|他|们|是|在|的|对|和|与|及|等|到|"
    r"从|于|给|被|把|向|就|为|让|请|有|因|将|由|至|了|不|去|来|要|查|看|问"
    r"|[东南西北中]?(?:路|大道|街|巷)(?:[0-9]+号)?|[0-9]+号"
)
_STRONG = re.compile(rf"(?:{STRONG})")
_CUE = re.compile(
    rf"(?:小区|楼盘|业主|开发商|物业|项目|业委会|业主委员会|[{_NUM}]+[期栋幢座]|[A-Za-z][栋座区]|附近|"
    rf"周边|旁|门口|延期|逾期|交房|烂尾|房屋|楼顶|房子|楼栋|停水|停电|噪音|麻将|居民|住户|精装|电梯|"
    rf"车位|违规|违章|违建|虚假|捆绑|何时|什么)"
)
_NAME = re.compile(rf"[一-龥A-Za-z0-9·]{{1,12}}?(?:{STRONG}|{WEAK})(?:[{_NUM}]+期|[A-Za-z]区)?")
_EMPTY = re.compile(
    rf"^(?:住宅|居民|商品|商品房|老旧|老|旧|农村|全|各|各个|多个|其他|安置|整|大|小|高档|封闭|同|智慧|"
    rf"某|所有|部分|几个|两个|[{_NUM}]+个?)?(?:{STRONG}|{WEAK})$"
)
BUILDING = re.compile(
    rf"(?P<building>[{_NUM}A-Za-z]{{1,4}})(?:号楼|栋|幢|座)"
    rf"(?:[ ,，]?(?P<unit>[{_NUM}A-Za-z]{{1,3}})单元)?(?:[ ,，]?[{_NUM}]{{1,3}}[层楼])?"
    r"(?:[ ,，]?(?P<room>[0-9]{3,4})(?:室|房|号|户)?)?"
)


class Name(NamedTuple):
    """A place named in the text. `weight` orders names of one message."""

    text: str
    span: Span
    weight: float


def names(title: str, text: str, *, limit: int = 240) -> list[Name]:
    """Likely names, best first; the text is read up to `limit` characters."""
    found = [*_names("title", title, 1.0), *_names("text", text[:limit], 0.0)]
    best: dict[str, Name] = {}
    for one in found:
        kept = best.get(one.text)
        best[one.text] = one if kept is None else kept._replace(weight=max(kept.weight, one.weight) + 0.5)
    return sorted(best.values(), key=lambda one: -one.weight)


def _names(part: str, text: str, bonus: float) -> Iterator[Name]:
    for match in _STRONG.finditer(text):
        start = _left_edge(text, match.start())
        name = text[start : match.end()]
        if match.start() - start >= 2 and not _EMPTY.match(name):
            yield Name(name, Span(part, start, match.end()), 2.0 + bonus)
    for cue in _CUE.finditer(text):
        start = _left_edge(text, cue.start())
        if 2 <= cue.start() - start <= 10:
            name = text[start : cue.start()]
            weak = re.search(rf"(?:{WEAK})$", name)
            if weak and not _EMPTY.match(name):
                yield Name(name, Span(part, start, cue.start()), 1.5 + bonus)


def _left_edge(text: str, end: int) -> int:
    """Where a name ending at `end` begins: after the last word that cannot be part of a name."""
    window = max(0, end - 14)
    edge = window
    for match in _STOP.finditer(text, window, end):
        edge = match.end()
    return edge


_TAIL = re.compile(rf"(?:小区|社区|楼盘|项目|居委会|村委会|家属[院区]|宿舍|[{_NUM}]+期|[A-Za-z]区)+$")
_HEAD = re.compile(rf"^{_ADMIN}+")


def normal(name: str) -> str:
    """The name without divisions before it and kind words after it, for comparison."""
    short = _HEAD.sub("", name.strip())
    stem = _TAIL.sub("", short)
    return stem if len(stem) >= 2 else short


def building(title: str, text: str) -> tuple[str, Span] | None:
    """ "3号楼2单元" as written, the first one named."""
    for part, body in (("title", title), ("text", text)):
        match = BUILDING.search(body)
        if match:
            return match.group(), Span(part, match.start(), match.end())
    return None
