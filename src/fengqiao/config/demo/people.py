"""Who works in the demonstration district. Names come from the journeys; everybody is invented."""

from __future__ import annotations

import dataclasses

from fengqiao.people.rules import OrganisationKind as Kind
from fengqiao.people.rules import Role

PASSWORD = "fengqiao-demo-2026"  # noqa: S105 - printed for everybody who tries the demonstration
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - demonstration only


@dataclasses.dataclass(frozen=True)
class Unit:
    """An organisation. `place` is a name from `places`; empty means the whole district."""

    code: str
    name: str
    kind: Kind
    place: str = ""


@dataclasses.dataclass(frozen=True)
class Worker:
    """A person with one or more duties: (role, unit code, place name or "")."""

    username: str
    name: str
    duties: tuple[tuple[Role, str, str], ...]
    is_shown: bool = False


UNITS = (
    Unit("centre", "云汀区综治中心", Kind.DISTRICT_CENTRE),
    Unit("court", "云汀区人民法院", Kind.COURT),
    Unit("tribunal-qinghe", "云汀区人民法院青禾人民法庭", Kind.TRIBUNAL, "青禾街道"),
    Unit("tribunal-nanwan", "云汀区人民法院南湾人民法庭", Kind.TRIBUNAL, "南湾街道"),
    Unit("h12368", "云汀区人民法院12368热线", Kind.HOTLINE),
    Unit("h12345", "岚川市12345热线云汀分中心", Kind.HOTLINE),
    Unit("heating", "区城管委供热办", Kind.DEPARTMENT),
    Unit("cityops", "区城管委", Kind.DEPARTMENT),
    Unit("housing", "区住建委", Kind.DEPARTMENT),
    Unit("labour", "区人社局", Kind.DEPARTMENT),
    Unit("market", "区市场监管局", Kind.DEPARTMENT),
    Unit("sports", "区体育局", Kind.DEPARTMENT),
    Unit("education", "区教委", Kind.DEPARTMENT),
    Unit("health", "区卫健委", Kind.DEPARTMENT),
    Unit("transport", "区交通局", Kind.DEPARTMENT),
    Unit("environment", "区生态环境局", Kind.DEPARTMENT),
    Unit("water", "区水务局", Kind.DEPARTMENT),
    Unit("civil", "区民政局", Kind.DEPARTMENT),
    Unit("telecom", "区通信办", Kind.DEPARTMENT),
    Unit("power", "区供电所", Kind.UTILITY),
    Unit("gas", "云汀燃气公司", Kind.UTILITY),
    Unit("justice", "区司法局", Kind.DEPARTMENT),
    Unit("psych", "区心理服务中心（心灵驿站）", Kind.PSYCHOLOGY),
    Unit("notary", "云汀公证处", Kind.NOTARY),
    Unit("prosecution", "云汀区人民检察院", Kind.PROSECUTION),
    Unit("firm", "岚正律师事务所", Kind.LAW_FIRM),
    Unit("insurer", "安澜财险云汀支公司", Kind.INSURER),
    Unit("bank", "汀江银行云汀支行", Kind.BANK),
    Unit("property-yunjin", "云锦物业服务有限公司", Kind.PROPERTY, "港云社区"),
)

MEDIATION_FIELDS = (
    "物业", "供暖", "劳动争议", "婚姻家庭", "邻里", "消费", "预付卡", "金融", "民间借贷", "交通事故", "医疗", "建设工程",
    "知识产权", "保险", "商事", "教育培训", "房屋租赁", "土地承包", "老旧小区改造", "环境", "侵权", "电梯", "旅游",
    "互联网", "青少年", "妇女儿童", "涉侨",
)  # fmt: skip
"""Fields of the sectoral mediation organisations; together with the six subdistricts' and ten others they make 43."""

OTHER_MEDIATION = (
    "区总工会劳动争议调解中心",
    "区工商联商会调解委员会",
    "区律师协会调解中心",
    "云汀公证处调解中心",
    "区妇联婚姻家庭辅导室",
    "区残联维权调解室",
    "区退役军人服务中心调解室",
    "区侨联调解工作室",
    "许大姐调解室",
    "老兵调解工作室",
)

WORKERS = (
    Worker("duanmin", "段敏", ((Role.OPERATOR, "h12368", ""),), True),
    Worker("wanfang", "万芳", ((Role.DISPATCHER, "centre", ""),), True),
    Worker("hanlu", "韩璐", ((Role.CLERK, "street:桥西街道", "桥西街道"),), True),
    Worker("tangming", "汤明", ((Role.CLERK, "street:北站街道", "北站街道"),)),
    Worker("miaoqing", "苗青", ((Role.CLERK, "street:东坪街道", "东坪街道"),)),
    Worker("geyun", "葛云", ((Role.CLERK, "street:青禾街道", "青禾街道"),)),
    Worker("wenlan", "苏晴", ((Role.CLERK, "street:文澜街道", "文澜街道"),)),
    Worker("nanwan", "林越", ((Role.CLERK, "street:南湾街道", "南湾街道"),)),
    Worker("kangping", "康平", ((Role.LEADER, "street:北站街道", "北站街道"),), True),
    Worker("fangjing", "方静", ((Role.COMMUNITY_WORKER, "community:港云社区", "港云社区"),), True),
    Worker("jiangli", "蒋丽", ((Role.COMMUNITY_WORKER, "community:站前社区", "站前社区"),)),
    Worker("linxiaomei", "林晓梅", ((Role.GRID_WORKER, "community:港云社区", "港云社区第3网格"),), True),
    Worker("kewen", "柯文", ((Role.GRID_WORKER, "community:槐荫社区", "槐荫社区第1网格"),)),
    Worker("dufei", "杜飞", ((Role.GRID_WORKER, "community:南湾花园社区", "南湾花园社区第2网格"),)),
    Worker("shilei", "石磊", ((Role.OFFICER, "heating", ""),), True),
    Worker("qubo", "屈波", ((Role.OFFICER, "cityops", ""),)),
    Worker("gaoyuan", "高原", ((Role.OFFICER, "market", ""), (Role.SUPERVISOR, "market", "")), True),
    Worker("tangyue", "唐悦", ((Role.OFFICER, "sports", ""), (Role.SUPERVISOR, "sports", ""))),
    Worker("jitao", "纪涛", ((Role.OFFICER, "labour", ""),)),
    Worker("zhujian", "宁远", ((Role.OFFICER, "housing", ""),)),
    Worker("jiping", "纪平", ((Role.OFFICER, "telecom", ""),)),
    Worker("liwenyuan", "黎文远", ((Role.DUTY_SUPERVISOR, "centre", ""), (Role.COUNSELLOR, "psych", "")), True),
    Worker("shenyihe", "沈一禾", ((Role.COUNSELLOR, "psych", ""),)),
    Worker("zhoumin", "周海", ((Role.POLICE, "community:港云社区", "港云社区"),), True),
    Worker("mengyao", "孟瑶", ((Role.PROSECUTOR, "prosecution", ""),), True),
    Worker("jining", "纪宁", ((Role.LAWYER, "firm", ""),), True),
    Worker("gongyi", "龚怡", ((Role.NOTARY, "notary", ""),), True),
    Worker("xuguilan", "许桂兰", ((Role.MEDIATOR, "mediation:other:09", ""),), True),
    Worker("zhaodeshun", "赵德顺", ((Role.MEDIATOR, "mediation:桥西街道", "桥西街道"),)),
    Worker("shimin", "施敏", ((Role.ORGANISATION_MANAGER, "mediation:field:08", ""),), True),
    Worker("hemiao", "何苗", ((Role.JUDGE_ASSISTANT, "court", ""),), True),
    Worker("weiqing", "魏清", ((Role.JUDGE, "court", ""),)),
    Worker("jianglan", "江岚", ((Role.JUDGE, "court", ""), (Role.TRAINER, "court", "")), True),
    Worker("peiqing", "裴青", ((Role.COURT_MANAGER, "court", ""),), True),
    Worker("luhuaiyuan", "陆怀远", ((Role.LEADER, "court", ""),)),
    Worker("zengyifan", "曾一凡", ((Role.ADMINISTRATOR, "centre", ""),), True),
    Worker("helan", "贺兰", ((Role.AUDITOR, "centre", ""),), True),
    Worker("jijie", "纪洁", ((Role.DATA_OFFICER, "centre", ""),), True),
    Worker("luren", "路人", ()),
)
"""`is_shown`: printed at start-up as a way to look around."""

RESIDENT = "13800000007"
"""A neighbour who has called now and then, to look around as a resident."""

SURNAMES = "陈林黄张李王吴刘蔡杨许郑谢郭洪邱曾廖赖徐周叶苏庄吕江何萧罗高潘简朱钟游彭詹胡施沈余卢梁赵颜柯翁魏孙戴范方宋邓杜傅侯曹薛"
GIVEN = (
    "立秋", "建业", "素珍", "大海", "小满", "红梅", "志强", "丽华", "国庆", "春燕", "文斌", "晓东", "桂英", "永安", "秀兰",
    "海燕", "明辉", "玉梅", "建国", "雪芹", "长河", "思远", "嘉宁", "子衿", "若水", "清扬", "一鸣", "静姝", "知行", "安澜",
)  # fmt: skip


def every() -> list[Worker]:
    """The named workers, and one on duty for every community office that has nobody else."""
    from fengqiao.config.demo.places import STREETS

    staffed = {unit for worker in WORKERS for _role, unit, _place in worker.duties}
    hosted = {unit for worker in WORKERS for role, unit, _place in worker.duties if role == Role.COMMUNITY_WORKER}
    others = [one.name for street in STREETS for one in street.communities if f"community:{one.name}" not in hosted]
    return [
        *WORKERS,
        *(
            Worker(f"community{n:02d}", name_of(n), ((Role.COMMUNITY_WORKER, f"community:{place}", place),))
            for n, place in enumerate(others, start=1)
        ),
        *(
            Worker(f"officer-{unit.code}", name_of(n + 100), ((Role.OFFICER, unit.code, ""),))
            for n, unit in enumerate(UNITS)
            if unit.kind in {Kind.DEPARTMENT, Kind.UTILITY} and unit.code not in staffed
        ),
    ]


def name_of(n: int) -> str:
    return SURNAMES[n * 7 % len(SURNAMES)] + GIVEN[n * 11 % len(GIVEN)]
