"""Names of estates, communities and villages read from the sentence itself, for places no gazetteer knows yet.

A name begins behind a division, a road or a word like 位于, and ends with a kind word (小区, 苑), before a word that
speaks of the trouble (漏水, 物业), or where title and text stop agreeing. Each sign adds weight; the heaviest wins.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from fengqiao.intake.understanding.reasons import Span

_NUM = "0-9一二三四五六七八九十百"
_KINDS = (
    "小区|社区|家园|花园|花苑|新村|公寓|山庄|华庭|家属院|家属区|宿舍|生活区|安置区|公馆|大厦|名邸|"
    "名苑|佳苑|嘉苑|雅苑|华苑|嘉园|佳园|"
    "豪庭|豪苑|翠园|丽苑|康园|国际城|新城|别墅|居委会|村委会|大院|公租房|安置房|商贸城|[一二三四五六]区"
)
_ENDINGS = (
    "苑|园|城|府|郡|湾|庭|居|里|邸|墅|轩|阁|台|岸|村|坊|广场|国际|世纪|时代|半岛|天下|院|冲|坪|小镇|"
    "世家|风景|盛世|美域|华府|首府|悦府|蓝湾|春天|"
    "江南|名都|名城|尚城|水岸|雅居|星城|郦城|御园|学府|印象|阳光|美景|人家|新世界|花都|名郡|天际|"
    "之都|之城|领域|领地|壹号|公园[一二三四]号"
)
_ADMIN = (
    r"[一-龥]{2,3}省|[一-龥]{0,2}[A-Z][0-9]*[省市区县州]+|[一-龥]{2,3}[市县](?!场)|"
    r"[一-龥]{1,4}?(?:街道(?:办事处|办)?|镇(?!政)|乡(?!村|下))"
    r"|[一-龥]{2,3}?(?<![小社片校库园院地景老灾住厂矿辖活置居])区(?=[一-龥])|(?:经济技术)?(?:经?开发?|高新|新)区"
)
_BEFORE = re.compile(
    rf"(?:^|{_ADMIN}|[^一-龥A-Za-z0-9·]+|位于|坐落于?|居住[于在]?|家住|住在|我们是|我是|本人是?|请问|"
    rf"关于|投诉|反映|举报|咨询|希望|恳请|建议|请求|要求"
    r"|关注|严查|解决|处理|整治|整顿|督促|反对|购买了?|买了?|业主|是|在|对|和|与|及|给|到|从|于|就|请|"
    r"住|系|即|的|了|[东南西北中环一二三四五六七八九]?"
    r"(?:路|大道|街|巷)(?:[0-9]+号)?|[0-9]{1,4}号|左右|过|旁|至|楼盘|社区|简称|造成|处|附近的?|"
    r"工业[区园]|产业园|物流园|片区|年|月|日|点半?|期间)"
)
_DIVISION = re.compile(r"[A-Z][0-9]*[省市区县州]|[一-龥]{2}[市县](?!场|城)")
_FIRM = re.compile(rf"(?:{_ADMIN}|[^一-龥A-Za-z0-9·]|位于|坐落于?|家住|住在|我们是|我是)$")
_BREAK = re.compile(
    r"位于|坐落|居住|家住|我们|我是|本人|请问|关于|投诉|反映|举报|咨询|希望|恳请|建议|要求|强烈|请求|"
    r"关注|严查|解决|处理|尊敬|领导|您好|你好|业主|居民|物业|住户|购买|开发商|附近"
    r"|旁边|对面|隔壁|周边|门口|门前|楼下|以及|或者|还有|就是|现在|目前|所在|隶属|属于|所属|一个|这个|"
    r"那个|整个|使用|放弃|相信|资料|经济适用|同一|左右|女生|男生|幼儿园|公司|政府|部门|影响|严重|导致|"
    r"违规|发现|拖欠|涉嫌|无故|非法|强行|未经|长期|多次|一直|新建|修建|存在|加固|电线|车辆|道路|条件|"
    r"规划|建设|档案|人行|红绿"
    r"|信访|商住|出院|搬|破坏|缺|提供|收取|安装|拆除|占用|随意|派出所|公交|地铁|高速|施工|问题|收费|"
    r"拆迁|改造|停车|农村|城中村|什么|怎么|如何|为何|[，。！？、；：,.!?;:\s（）()“”\"]"
    r"|(?<!美)的|[我你他们是在对等到从于给被把向就为让请因由至了不去来要查看问每各本该过没]"
)
_TROUBLE = (
    "小区|楼盘|业主|开发商|物业|项目|业委会|附近|周边|旁|门口|对面|延期|逾期|交房|烂尾|房屋|房子|楼|"
    "住宅|居民|住户|精装|电梯|车位|车库|违|虚假|捆绑|何|什么|怎|为|有|无|没|不"
    "|的|被|是|在|开发|涉嫌|拖|强|乱|扰|噪|垃|停|收|外墙|外|质量|施工|建筑|排水|消防|定向|商品房|"
    "购房|销售|地铁|拆迁|经济适用|公交|麻将|夜市|夜宵|油烟|底层|业|房|配套|幼儿园|学区"
    "|土地|征|村民|民|组|五组|生态|多家|工厂|安置|烟道|污染|搅拌|公共|共用|承重|墙|擅|私|多次|一直|"
    "依然|还|何时|迟|办|产权|道路|路灯|绿化|大门|围墙|下水|漏|渗|开裂|网络|宽带|信号"
    "|中介|租|群租|非法|赌|涉黄|卖淫|餐|饭|烧烤|广场舞|KTV|ktv|狗|老人|小孩|孩子|入学|上学|划|后续|"
    "城中村|旧城|凉|周|二次|水|电|气|暖|热|和|与|、|，|,|。| |！|？|!|\\?|；|：|:|（|\\("
)
_AFTER = re.compile(rf"(?:{_TROUBLE}|[{_NUM}]+[期栋幢座号组]|[A-Za-z][0-9]*[栋座区]|[0-9]+#|第[{_NUM}]+期|$)")
_ESTATE = re.compile(
    rf"小区|楼盘|的?业主|业委会|开发商|物业|项目|第?[{_NUM}]+[期栋幢]|[A-Za-z][0-9]*[栋座区]|交房|住宅|"
    rf"底层|的?住户|的?居民|精装|公寓|别墅|楼顶|车位|购买|购房|购置|认购|延迟|网签|延期|逾期|烂尾|办证|"
    rf"不动产|安置小区|全体"
)
_JOINT = re.compile(r"[路街巷](?!社区)|[和与及]|(?:社区|小区|街道|楼盘)(?=.{2})|[A-Z][0-9]*[省市区县]")
_GOES_ON = re.compile(
    r"路|街|大道|站|桥|际(?!小)|林|(?<=居)民|区(?!域|别)|商场|酒店|宾馆|学校|小学|中学|医院|公司|有限|集团|幼儿园"
)
_KIND = re.compile(rf"(?:{_KINDS})$")
_ENDING = re.compile(rf"(?:{_ENDINGS})$")
_NO_NAME = re.compile(
    rf"^(?:住宅|居民|商品|商品房|老旧|老|旧|农村|乡|全|各|各个|多个|其他|其它|安置|整|大|小|高档|封闭|"
    rf"同|智慧|某|所有|部分|几个|两个|周边|周围|违建|期间|造成|城市|相邻|人民|公益|市|省|县|区|"
    rf"[{_NUM}]+个?)?(?:{_KINDS}|{_ENDINGS})$"
    r"|公园$|(?:医|法|学|书|检察|剧|影|中|法)院$|幼儿园|政府|^(?:首|不动|社保|公积|民政)|(?:心|夜|这|"
    r"那|哪|家|公|海|千)里$|(?:舞|平|阳|后|前|柜|窗|擂|讲|电视)台$"
    r"|(?:农|乡|全|本|同|外|进|驻|出|我|各|每|行政)村$|产业园|工业园|物流园|科技园|校园|菜园|^(?:反映|"
    r"投诉|举报|咨询|建议|请|希望)|[路街道巷口段上下]$|(?:学院|学校|医院|中学|小学|大学|公司|企业)|"
    r"^[居民坪冲台]|购房|房屋|补贴|资格|^(?:地处|国家|众所|近年|近日)"
)
BUILDING = re.compile(
    rf"(?P<building>[{_NUM}A-Za-z]{{1,4}})(?:号楼|栋|幢|座)"
    rf"(?:[ ,，]?(?P<unit>[{_NUM}A-Za-z]{{1,3}})单元)?(?:[ ,，]?[{_NUM}]{{1,3}}[层楼])?"
    r"(?:[ ,，]?(?P<room>[0-9]{3,4})(?:室|房|号|户)?)?"
)
_KIND_AT, _ENDING_AT = re.compile(_KINDS), re.compile(_ENDINGS)
_DOT = "·"
_LONGEST, _SHORTEST = 11, 2
_BAR = 2.3


class Name(NamedTuple):
    """A place named in the text. `weight` orders names of one message."""

    text: str
    span: Span
    weight: float


def names(title: str, text: str, *, limit: int = 160) -> list[Name]:
    """Likely names, best first; the text is read up to `limit` characters."""
    bare_title, bare_text = title.replace(_DOT, ""), text[:limit].replace(_DOT, "")
    found = [*_readings("title", bare_title, bare_text), *_readings("text", bare_text, bare_title)]
    best: dict[str, Name] = {}
    for one in found:
        key = normal(one.text)
        kept = best.get(key)
        best[key] = one if kept is None or one.weight > kept.weight else kept
    bodies = {"title": title, "text": text[:limit]}
    return [_put_back(one, bodies[one.span.part]) for one in sorted(best.values(), key=lambda one: -one.weight)]


def _put_back(one: Name, body: str) -> Name:
    """The span in a text from which the dots inside names were taken out."""
    if _DOT not in body:
        return one
    places = [at for at, char in enumerate(body) if char != _DOT]
    return one._replace(span=Span(one.span.part, places[one.span.start], places[one.span.end - 1] + 1))


def _readings(part: str, body: str, other: str) -> Iterator[Name]:
    """The heaviest name that begins at each possible beginning."""
    ends = {match.end() for pattern in (_KIND_AT, _ENDING_AT) for match in pattern.finditer(body)}
    ends |= {match.start() for match in _ESTATE.finditer(body)}
    is_told_there = _ESTATE.search(other) is not None
    if not ends and not is_told_there:
        return
    starts = {match.end() for match in _BEFORE.finditer(body)} | {0}
    for start in sorted(starts):
        last = min(start + _LONGEST, len(body))
        if not is_told_there and ends.isdisjoint(range(start + _SHORTEST, last + 1)):
            continue
        possible = _possible(body, start, last, other if is_told_there else "", ends)
        if not possible or _DIVISION.match(body, start):
            continue
        firm = 0.3 if start == 0 or _FIRM.search(body, max(0, start - 8), start) else -0.3
        weight, end = max((_weight(body, start, end, other) + firm, end) for end in possible)
        if weight >= _BAR:
            weight += (1.0 if part == "title" else 0.0) - 0.004 * start
            yield Name(body[start:end], Span(part, start, end), weight)


def _possible(body: str, start: int, last: int, other: str, ends: set[int]) -> list[int]:
    """Where a name may end: at the signs, and where title and text part, but before any word no name contains."""
    stop = _BREAK.search(body, start, last)
    last = stop.end() - 1 if stop else last
    found = [end for end in range(start + _SHORTEST, last + 1) if end in ends]
    length = last - start if other else 0
    while length > _SHORTEST and body[start : start + length] not in other:
        length -= 1
    return [*found, start + length] if length > _SHORTEST and start + length not in ends else found


def _weight(body: str, start: int, end: int, other: str) -> float:
    name = body[start:end]
    kind, ending = _KIND.search(name), _ENDING.search(name)
    if _NO_NAME.search(name) or ((ending or not kind) and _GOES_ON.match(body, end)):
        return 0.0
    if kind is not None and kind.start() < _SHORTEST:
        return 0.0
    weight = 2.4 if kind else 1.5 if ending and len(name) > _SHORTEST else 0.0
    if _ESTATE.match(body, end) or (name in other and _ESTATE.match(other, other.index(name) + len(name))):
        weight += 1.5 if len(name) > _SHORTEST or kind else 0.9
    elif not kind and not ending:
        return 0.0
    elif _AFTER.match(body, end):
        weight += 0.8
    if name in other and len(name) > _SHORTEST:
        weight += 0.8 + (0.7 if _parts_here(body[end : end + 1], name, other) else 0.0)
    return weight - (0.0 if 3 <= len(name) <= 8 else 0.4) - 0.6 * len(_JOINT.findall(name))


def _parts_here(following: str, name: str, other: str) -> bool:
    """Do title and text go different ways behind the name?"""
    at = other.index(name) + len(name)
    return other[at : at + 1] != following


_TAIL = re.compile(rf"(?:住宅|小区|社区|楼盘|项目|居委会|村委会|家属[院区]|宿舍|公寓|第?[{_NUM}]+期|[A-Za-z]区)+$")


@cache
def _head() -> re.Pattern[str]:
    return re.compile(rf"^(?:{_ADMIN})+")


def normal(name: str) -> str:
    """The name without divisions before it and kind words after it, for comparison."""
    short = _head().sub("", name.strip().replace("·", ""))
    short = short if len(short) >= _SHORTEST else name.strip()
    stem = _TAIL.sub("", short)
    return stem if len(stem) >= _SHORTEST else short


def building(title: str, text: str) -> tuple[str, Span] | None:
    """ "3号楼2单元" as written, the first one named."""
    for part, body in (("title", title), ("text", text)):
        match = BUILDING.search(body)
        if match:
            return match.group(), Span(part, match.start(), match.end())
    return None


_FIRM_ENOUGH = 3.5


def harvest(messages: Iterable[tuple[str, str]], *, least: int = 2) -> list[tuple[str, int]]:
    """Names that at least `least` messages speak of, most spoken of first: candidates for the district's gazetteer.

    A name that only adds words before another, more spoken of name is left out.
    """
    spoken: Counter[str] = Counter()
    for title, text in messages:
        spoken.update({normal(one.text) for one in names(title, text)[:2] if one.weight >= _FIRM_ENOUGH})
    kept = {name: times for name, times in spoken.items() if times >= least and len(name) > _SHORTEST}
    tails = {name for name in kept for cut in range(1, len(name) - 2) if kept.get(name[cut:], 0) > kept[name]}
    return sorted(((name, times) for name, times in kept.items() if name not in tails), key=lambda pair: -pair[1])
