"""How urgent a message sounds. Rules only, each with its words; they may raise a level and never lower it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from fengqiao.intake.understanding.lexicon import Hit, Lexicon
from fengqiao.intake.understanding.numbers import CHARACTERS, number
from fengqiao.intake.understanding.reasons import Reason, Span

HEATING_MONTHS = frozenset({11, 12, 1, 2, 3})
MANY = 30
SEVERAL = 10
_BEFORE, _AFTER = 14, 14
_ENDS = re.compile(r"[。！？!?；;\n]")


class Level(IntEnum):
    """普通, 紧急, 特急."""

    ORDINARY = 0
    URGENT = 1
    EMERGENCY = 2


@dataclass(frozen=True, slots=True)
class Rule:
    """A word of `words` counts unless `unless` matches a stretch that touches it or `amid` one of the same sentence
    close to it, and only if `needs` is somewhere in the message."""

    code: str
    level: Level
    words: tuple[str, ...]
    unless: str = ""
    amid: str = ""
    needs: str = ""
    is_crisis: bool = False
    in_heating_season: bool = False


@dataclass(frozen=True, slots=True)
class Urgency:
    """`crisis` are whole sentences that speak of self-harm: they belong under seal, so their reason "
    "quotes nothing."""

    level: Level = Level.ORDINARY
    reasons: tuple[Reason, ...] = ()
    crisis: tuple[Span, ...] = ()
    is_outage: bool = False

    @property
    def is_crisis(self) -> bool:
        return bool(self.crisis)


_UNREAL = (
    r"没有?(?:发生|出现|任何|人)?{0}|未(?:发生|出现|见)?{0}|不(?:会|是|算|至于){0}"
    r"|(?:防止|预防|避免|以免|免得|杜绝|防范|谨防){1}{0}"
    r"|(?:如果|万一|假如|要是|一旦|担心|害怕|生怕|会不会|容易|可能|潜在|易){1}{0}"
    r"|(?<!可)怕(?:会|要|引起|引发)?{0}"
    r"|{0}(?:知识|保险|新闻|险种|隐患|风险)|{0}[^，。！？]{0,10}(?:演练|演习|宣传|培训|讲座|逃生|预案|"
    r"小说|电影|电视剧|游戏)"
)


def _unreal(words: str, extra: str = "") -> str:
    """Pattern of negated, feared, rehearsed or invented occurrences of `words`."""
    pattern = _UNREAL.replace("{0}", f"(?:{words})").replace("{1}", "[^，。！？,;；]{0,8}")
    return f"{pattern}|{extra}" if extra else pattern


def _rule(code: str, level: Level, words: str, **more: object) -> Rule:
    return Rule(code, level, tuple(words.split()), **more)  # type: ignore[arg-type]


_PAST = (
    r"曾|(?:[0-9一二两三四五几数多]+|多|数)(?:次|起)|年前|去年|前年|昨天|前天|上周|上个?月|上次|此前|"
    r"之前|以前|前段时间"
    r"|[0-9]{4}年|[0-9一二三四五六七八九十]+月[0-9一二三四五六七八九十]+[日号]|报道|事件|案例|近日|"
    r"近期|现象|教训|时有|经常|屡|发生过|多年"
)
_POSSIBLE = (
    r"隐患|危险|风险|可能|随时|将会|恐怕|难免|不堪设想|试想|旦|未来|怎么办|难道|才(?:会|能)?重视|存在|"
    r"司空见惯|频发|事故"
)
_TOLD = f"{_PAST}|{_POSSIBLE}"
_FIRE = "着火了 着火 起火 失火 大火 冒烟 冒黑烟 冒浓烟 烧起来"
_GAS = (
    "燃气泄漏 燃气泄露 煤气泄漏 煤气泄露 天然气泄漏 天然气泄露 液化气泄漏 煤气味 燃气味 天然气味 液化气味 "
    "燃气漏气 煤气漏气 天然气漏气 煤气漏 燃气管漏 煤气管漏 燃气表漏"
)
_LIFE = (
    "快不行了 没有呼吸 没有心跳 昏迷 晕倒 昏倒 休克 触电 电到人 溺水 有人落水 落水了 掉进河 掉进井 掉井 坠楼 "
    "煤气中毒 一氧化碳中毒 食物中毒 大出血 正在抢救 送去抢救 被埋在 埋在下面 被埋了 压在下面 塌了 坍塌 倒塌 爆炸 "
    "救命啊 救救命 突发心脏病 心梗"
)
_TRAPPED = "困在电梯 困电梯 电梯困人 被困电梯 困在里面 被困在 有人被困 关在电梯 被困住"
_ATTACK = (
    "砍人 砍伤 砍死 持刀 拿刀 动刀 捅人 捅伤 杀人 杀我 杀了我 杀死 要杀 打死我 打死你 打死人 被打死 绑架了 遭绑架 "
    "被人绑架 非法拘禁 劫持 被抢劫 抢劫了 入室抢劫 泼汽油 同归于尽 强奸 纵火 下毒 勒脖子 掐脖子"
)
_VIOLENCE = (
    "家暴 家庭暴力 殴打 被打伤 被打 打伤 打人 暴打 毒打 威胁 恐吓 扬言报复 砸门 泼油漆 跟踪我 暴力催收 人身安全 "
    "打得头破血流 打骂 暴力强拆"
)
_MINOR = (
    "虐待儿童 虐童 虐待孩子 虐待小孩 猥亵 性侵 拐卖 人贩子 孩子失踪 小孩失踪 孩子走失 小孩走失 "
    "孩子丢了 孩子不见了 小孩不见了 校园欺凌 校园霸凌 "
    "霸凌 欺凌 孩子被打 小孩被打 学生被打 幼儿被打 扎针 体罚 独自锁在家 童工 弃婴 遗弃婴儿 遗弃孩子 遗弃儿童"
)
_SELF = (
    "不想活 不想活了 想不开 自杀 轻生 寻短见 寻死 想死 去死 死了算了 一死了之 活不下去 活着没意思 "
    "没有活路 结束生命 结束自己 割腕 上吊 "
    "跳楼 跳河 跳江 喝农药 吞药 遗书 以死 自残 自尽 自焚 生不如死 了断自己 没有活下去 "
    "跳下去 往下跳 从阳台跳 从窗户跳 从楼上跳 从楼顶跳 从天台跳 从桥上跳 一了百了"
)
_HEAT = "暖气 供暖 供热 没暖气 没有暖气 暖气不热 暖气不暖 不供暖 不热 停暖 停热 室温 取暖"
_OUTAGE = (
    "停水 停电 断水 断电 没水 没电 没有水 没有电 停气 断气 无水 无电 停热 水管爆 爆管 跳闸 暖气不热 "
    "停暖 没有暖气 没暖气 "
    "不供暖 暖气不暖 水压不足"
)
_HAZARD = (
    "电线垂落 电线掉 电线断 漏电 井盖丢失 井盖缺失 井盖没了 没有井盖 无井盖 路面塌陷 塌方 墙体脱落 "
    "外墙脱落 瓷砖脱落 瓷砖掉 玻璃掉 高空坠物 高空抛物 "
    "砸到人 砸伤 电梯急坠 电梯下坠 电梯坠落 摇摇欲坠 危房 倾斜 飞线充电 推车上楼充电 疯狗 恶犬 咬伤 狗咬 危化品 "
    "生命危险 要出人命 倒塌危险 倒塌的危险 坍塌危险 坍塌的危险 坠落危险"
)

RULES: tuple[Rule, ...] = (
    _rule(
        "fire",
        Level.EMERGENCY,
        _FIRE,
        unless=_unreal(
            "着火|起火|失火|大火|冒烟",
            r"大火(?:收汁|候|锅)|(?:心里|七窍|嗓子)[^，。]{0,2}(?:着火|冒烟)|心急火燎|着火车|挑起火",
        ),
        amid=_TOLD,
    ),
    _rule(
        "gas",
        Level.EMERGENCY,
        _GAS,
        unless=_unreal("[燃煤天然液化]*气(?:泄[漏露]|味|漏气|漏)", r"没有?闻到[^，。]{0,4}味"),
        amid=r"广告|报警器|推销|隐患|风险|可能|[0-9]{4}年|曾",
    ),
    _rule(
        "life",
        Level.EMERGENCY,
        _LIFE,
        unless=_unreal(
            "昏迷|晕倒|昏倒|触电|溺水|坠楼|中毒|坍塌|倒塌|爆炸|塌了",
            r"信息大?爆炸|爆炸(?:新闻|性|头|场|声|式)|塌了(?:天|心)|(?:心态|天)塌了|被埋(?:没|怨|单)",
        ),
        amid=_TOLD,
    ),
    _rule(
        "trapped",
        Level.EMERGENCY,
        _TRAPPED,
        unless=_unreal("困在电梯|被困在|困电梯|困人"),
        amid=f"{_PAST}|有时|时间最长|将",
    ),
    _rule(
        "attack",
        Level.EMERGENCY,
        _ATTACK,
        unless=_unreal(
            "砍人|杀人|持刀|被抢劫|纵火|打死我",
            r"打死我(?:也|都)?[^，。]{0,3}(?:也|都)?不|被抢劫一样|持刀(?:切|宰)|要杀(?:价|毒|鸡|菌)|扼杀了?我|"
            r"杀人(?:不|游戏|诛心|”|门)"
            r"|砍人工|强奸(?:式|民意)|拿刀(?:切|具)",
        ),
    ),
    _rule(
        "violence",
        Level.URGENT,
        _VIOLENCE,
        unless=_unreal(
            "家暴|家庭暴力|殴打|被打|打伤|打人|恐吓",
            r"被打(?:扫|包|开|造|断|磨|回|击|折|入|上|发|水|压|电话|成|乱|扰|理|扮|印|通|分|架|马|破|落|烂|碎|"
            r"掉|散|湿|了折)|打人(?:工|防)|砸门面|威胁(?:着|到|了)?[^，。]{0,8}(?:安全|健康|生命|生活|环境|"
            r"出行|生存|的是)|(?:严重|巨大|极大|造成|安全|健康|潜在)(?:的)?威胁",
        ),
    ),
    _rule(
        "minor",
        Level.URGENT,
        _MINOR,
        unless=_unreal(
            "虐童|虐待|猥亵|性侵|拐卖|霸凌|欺凌|体罚",
            r"针灸|扎针(?:收费|排队|室|技术)|遗弃(?:的?车|的?垃圾|物|家具|汽车|建筑)",
        ),
    ),
    _rule(
        "minor_attacked",
        Level.EMERGENCY,
        "猥亵 性侵 拐卖 孩子失踪 小孩失踪 孩子走失 孩子不见了 小孩不见了 孩子丢了",
        unless=_unreal("猥亵|性侵|拐卖|失踪", "性侵占|拐卖[^，。]{0,4}可乘"),
    ),
    _rule(
        "self_harm",
        Level.EMERGENCY,
        _SELF,
        is_crisis=True,
        amid=r"电影|小说|电视剧|游戏里",
        unless=(
            r"笑死|想死(?:你|我|他|大家|家乡|那)|[笑气吓累热冷烦急饿渴美恨]死|去死(?:角|胡同|亡)|死(?:磕|板|"
            r"角|路|缠)|(?:不会|没有|没|不是|并非)(?:想)?(?:自杀|轻生|跳楼|想不开)"
            r"|跳楼(?:价|机|大|甩|促|清仓)|自杀(?:式|性)|(?:防|预防|干预)自杀|自杀(?:干预|预防)|上吊(?:灯|顶|"
            r"扇|车)|以死(?:板|记)|想不开(?:通|发|设|会|业|票|店|门)"
            r"|遗书(?:公证|馆)|想死记|去死记|自残(?:障|疾)|跳河(?:马|里游)|(?:电影|小说|电视剧|游戏)"
            r"|(?:猫|狗|鸽|老鼠|小偷|贼)[^，。！？]{0,8}(?:跳下去|往下跳|从(?:阳台|窗户|楼上|楼顶)跳)"
            r"|(?:拆|换|修|搬|卖|退|铲|砍)[^，。！？]{0,8}一了百了"
        ),
    ),
    _rule(
        "cold",
        Level.URGENT,
        _HEAT,
        in_heating_season=True,
        needs=r"老人|老年|岁|婴儿|宝宝|新生儿|孕妇|月子|病人|孩子|小孩|卧床|瘫痪|幼儿|娃",
        unless=r"供暖费|取暖费|(?:已经|现在|终于)(?:热|来|供)|恢复供",
    ),
    _rule(
        "hazard",
        Level.URGENT,
        _HAZARD,
        unless=_unreal(
            "砸伤|砸到人|漏电|倾斜|塌方|高空抛物",
            r"漏电保护|倾斜(?:政策|资源|照顾|于|向)|政策|资金|资源|危房改造|咬伤疫苗",
        ),
    ),
)

_GROUP_WORDS = "聚集 集体 上访 集访 堵门 堵路 拉横幅 围堵 讨说法 静坐 示威 游行 群体 联名 维权 罢工 停运 围住 集合 堵在"
_GROUP = re.compile(
    rf"([{CHARACTERS}]+[几多余来]?)(?:个|名|位|户)?(?:多|余)?(?:工友|农民工|工人|业主|家长|村民|居民|"
    rf"职工|员工|群众|人|户|位|名)"
)
_GATHERING = re.compile(r"聚集|上访|集访|堵门|堵路|堵在|拉横幅|围堵|围住|讨说法|静坐|示威|游行|罢工|停运|集合")

_BY_WORD: dict[str, list[Rule]] = {}
for _one in RULES:
    for _word in _one.words:
        _BY_WORD.setdefault(_word, []).append(_one)
_UNLESS = {rule.code: re.compile(rule.unless) for rule in RULES if rule.unless}
_AMID = {rule.code: re.compile(rule.amid) for rule in RULES if rule.amid}
_NEEDS = {rule.code: re.compile(rule.needs) for rule in RULES if rule.needs}
_OUTAGES = frozenset(_OUTAGE.split())
_GROUPS = frozenset(_GROUP_WORDS.split())
LEXICON = Lexicon([*_BY_WORD, *_OUTAGES, *_GROUPS])


def judge(title: str, text: str, *, on: dt.date) -> Urgency:
    return judge_many([(title, text)], on=[on])[0]


def judge_many(messages: Sequence[tuple[str, str]], *, on: Sequence[dt.date]) -> list[Urgency]:
    """One judgement per (title, text); `on` is the day each was made, for what depends on the season."""
    flat = [part for message in messages for part in message]
    hits = LEXICON.find_many(flat)
    return [
        _judge(message, hits[2 * row : 2 * row + 2], day)
        for row, (message, day) in enumerate(zip(messages, on, strict=True))
    ]


_QUIET = Urgency()


def _judge(message: tuple[str, str], hits: Sequence[list[Hit]], day: dt.date) -> Urgency:
    if not hits[0] and not hits[1]:
        return _QUIET
    found: dict[str, tuple[Rule, list[str], list[Span]]] = {}
    crisis: list[Span] = []
    groups: list[tuple[Level, Reason]] = []
    is_outage = False
    for part, text, there in zip(("title", "text"), message, hits, strict=True):
        for hit in there:
            is_outage = is_outage or hit.word in _OUTAGES
            if hit.word in _GROUPS:
                groups.extend(_group(part, text, hit))
            for rule in _speaking(text, hit, day, "".join(message)):
                entry = found.setdefault(rule.code, (rule, [], []))
                entry[1].append(hit.word)
                entry[2].append(Span(part, hit.start, hit.end))
                if rule.is_crisis:
                    crisis.append(sentence(part, text, hit))
    return _sum_up(found, crisis, groups, is_outage)


def _sum_up(
    found: dict[str, tuple[Rule, list[str], list[Span]]],
    crisis: list[Span],
    groups: list[tuple[Level, Reason]],
    is_outage: bool,
) -> Urgency:
    ranked = [
        (
            rule.level,
            Reason(f"urgency.{rule.code}", () if rule.is_crisis else tuple(dict.fromkeys(words)), tuple(spans)),
        )
        for rule, words, spans in found.values()
    ]
    if groups:
        ranked.append(max(groups, key=_level))
    ranked.sort(key=_level, reverse=True)
    level = ranked[0][0] if ranked else Level.ORDINARY
    return Urgency(level, tuple(reason for _, reason in ranked), tuple(dict.fromkeys(crisis)), is_outage)


_level: Callable[[tuple[Level, Reason]], Level] = lambda pair: pair[0]  # noqa: E731


def _speaking(text: str, hit: Hit, day: dt.date, whole: str) -> list[Rule]:
    return [rule for rule in _BY_WORD.get(hit.word, ()) if _counts(rule, text, hit, day, whole)]


def _counts(rule: Rule, text: str, hit: Hit, day: dt.date, whole: str) -> bool:
    if rule.in_heating_season and day.month not in HEATING_MONTHS:
        return False
    if rule.code in _NEEDS and not _NEEDS[rule.code].search(whole):
        return False
    before = _ENDS.split(text[max(0, hit.start - _BEFORE) : hit.start])[-1]
    after = _ENDS.split(text[hit.end : hit.end + _AFTER])[0]
    amid = _AMID.get(rule.code)
    if amid is not None and (amid.search(before) or amid.search(after)):
        return False
    unless = _UNLESS.get(rule.code)
    return unless is None or not _touches(unless, before, hit.word, after)


def _touches(pattern: re.Pattern[str], before: str, word: str, after: str) -> bool:
    """Does the pattern match a stretch that holds part of the word?"""
    start, end = len(before), len(before) + len(word)
    return any(match.start() < end and match.end() > start for match in pattern.finditer(before + word + after))


def _group(part: str, text: str, hit: Hit) -> list[tuple[Level, Reason]]:
    """People counted in the clause around a word of gathering: 30 or more, or 10 or more."""
    start = max(0, hit.start - 24)
    window = text[start : hit.end + 24]
    found = []
    for match in _GROUP.finditer(window):
        people = number(match.group(1)) or 0
        if people >= SEVERAL and people < 1_000_000:
            level = Level.EMERGENCY if people >= MANY and _GATHERING.search(window) else Level.URGENT
            if not _GATHERING.search(window):
                continue
            span = Span(part, start + match.start(), start + match.end())
            found.append((level, Reason("urgency.gathering", (match.group(0), hit.word), (span,))))
    return found


def sentence(part: str, text: str, hit: Hit) -> Span:
    """The whole sentence around a hit."""
    before = [match.end() for match in _ENDS.finditer(text, 0, hit.start)]
    after = _ENDS.search(text, hit.end)
    return Span(part, before[-1] if before else 0, after.end() if after else len(text))


def raise_to(current: Level, suggested: Level) -> Level:
    """Rules may only raise."""
    return max(current, suggested)
