"""What must be raised is raised; what only sounds dangerous is left alone. All sentences are invented."""

import datetime as dt

import pytest

from fengqiao.intake.understanding.urgency import Level, judge, raise_to

WINTER, SUMMER = dt.date(2026, 1, 12), dt.date(2026, 7, 12)

EMERGENCIES = [
    ("fire", "三号楼五层着火了，楼道全是烟"),
    ("fire", "楼下电动车棚起火，快派人来"),
    ("fire", "隔壁窗户在冒浓烟"),
    ("fire", "配电箱冒烟，还有焦糊味"),
    ("gas", "楼道里有很重的煤气味，不知道哪家漏的"),
    ("gas", "厨房燃气泄漏，阀门关不上"),
    ("gas", "小区门口挖断管子，天然气泄漏，味道呛人"),
    ("gas", "闻到燃气味已经半小时，物业没人接电话"),
    ("life", "有老人在院里晕倒，叫不醒"),
    ("life", "工地脚手架倒塌，底下还有人"),
    ("life", "孩子掉进河里溺水了"),
    ("life", "邻居家煤气中毒，三个人昏迷"),
    ("life", "路灯杆漏电，有人触电倒地"),
    ("trapped", "我妈被困在电梯里四十分钟了"),
    ("trapped", "电梯困人，里面还有婴儿"),
    ("attack", "楼下有人持刀追着人跑"),
    ("attack", "他拿刀堵在我家门口，说要杀了我"),
    ("attack", "催债的把我弟弟非法拘禁在宾馆"),
    ("attack", "有人往门上泼汽油，说要同归于尽"),
    ("minor_attacked", "辅导班老师猥亵学生，请马上处理"),
    ("minor_attacked", "五岁的孩子走失两个小时了"),
    ("self_harm", "我真的不想活了，没有人管我们"),
    ("self_harm", "工钱要不回来，我只能一死了之"),
    ("self_harm", "他留了遗书就出门了，手机关机"),
    ("self_harm", "孩子在学校被人欺负，回家割腕"),
    ("self_harm", "再不解决我就从楼顶跳楼"),
    ("self_harm", "欠的债太多，已经活不下去了"),
    ("self_harm", "想死的心都有了"),
    ("self_harm", "再这样我就从阳台跳下去，一了百了"),
    ("self_harm", "没人管，我就从桥上跳"),
    ("self_harm", "真是气死我了，我不想活了"),
    ("gathering", "五十多名工人聚集在项目部门口讨说法"),
    ("gathering", "明天一百二十户业主要去区政府门口拉横幅"),
    ("gathering", "三十个家长围堵了培训学校"),
]
URGENT = [
    ("violence", "丈夫喝醉了就殴打我，身上都是伤"),
    ("violence", "要账的人天天上门威胁我爸妈"),
    ("violence", "她长期遭受家暴，不敢回家"),
    ("violence", "保安把业主打伤住院"),
    ("minor", "孩子在学校遭到霸凌，老师不管"),
    ("minor", "邻居虐待儿童，天天听见孩子哭"),
    ("hazard", "人行道井盖缺失，晚上看不见"),
    ("hazard", "外墙脱落，差点砸到人"),
    ("hazard", "电线垂落到人头顶的高度"),
    ("hazard", "十几户居民飞线充电"),
    ("hazard", "流浪狗咬伤了两个孩子"),
    ("gathering", "十五名农民工聚集在工地大门口"),
]
HARMLESS = [
    "打死我也不信物业会主动退钱",
    "楼下新开了一家火锅店，排风口对着我家",
    "他家生意太火，门口天天排队",
    "这个客服的回答真是笑死人",
    "停车场的收费把我气死了",
    "昨天热死了，空调又坏了",
    "领导们辛苦了，想死你们的节目真好看",
    "超市搞跳楼价促销，喇叭太吵",
    "小猫从阳台跳下去跑了，请帮忙找",
    "这棵树干脆砍了一了百了",
    "死角没有打扫干净",
    "小广告上写着煤气灶安装维修，贴满楼道",
    "建议小区组织一次火灾演练",
    "请物业做好宣传，防止火灾发生",
    "小区没有发生火灾，只是误报",
    "如果着火了消防车根本进不来",
    "担心万一起火，老人跑不出来",
    "希望增加消防设施，避免火灾",
    "火灾自动报警系统坏了半年",
    "会员卡被他们变相抢劫一样扣费",
    "物业用门禁卡搞道德绑架",
    "信息爆炸的时代，通知要写清楚",
    "申请对老城墙做抢救性保护",
    "落水管堵了，请来疏通",
    "被困扰了很久的噪声问题终于解决",
    "我们小区被打扫得很干净，表扬保洁",
    "快递箱被打开了，少了一件",
    "想请问社区医院扎针收费多少",
    "有人把旧家具遗弃在楼道",
    "政策应当向困难家庭倾斜资源",
    "电表箱里的漏电保护器要不要自己换",
    "他不会自杀，只是出去散心，谢谢关心",
    "学校请了老师来讲预防自杀的课",
    "公园里上映的电影有跳楼的情节",
    "想不开发票的商家太多了",
    "我们去看着火车进站，声音太大",
    "去年小区发生过一次起火，希望检修线路",
    "小区一年起火三次的事件还少吗",
    "油烟对居民健康造成威胁",
    "这种收费等于绑架业主",
    "开发商强奸民意，擅自改规划",
    "老人抢救费用想申请救助",
    "救命钱被平台骗走了",
    "法律咨询：打人要负什么责任的讲座在哪里报名",
    "房价没有爆炸，只是小涨",
    "燃气报警器的广告贴在门上",
    "没有闻到煤气味，只是想预约安检",
    "希望加装护栏，防止孩子坠落",
    "以免有人触电，请把电箱锁好",
    "预防煤气中毒的知识讲座办得很好",
    "咨询危房改造政策",
    "可能出人命的路口请装红绿灯",
    "昨天停在路边的车被划了",
    "小区有三十户人家想加装电梯",
    "五十名业主联名感谢社区书记",
    "请问户口迁移要带什么证件",
]


@pytest.mark.parametrize(("code", "text"), EMERGENCIES)
def test_danger_is_an_emergency(code, text):
    found = judge("", text, on=SUMMER)
    assert found.level is Level.EMERGENCY, found
    assert f"urgency.{code}" in [reason.code for reason in found.reasons]


@pytest.mark.parametrize(("code", "text"), URGENT)
def test_harm_and_hazard_are_urgent(code, text):
    found = judge("", text, on=SUMMER)
    assert found.level is Level.URGENT, found
    assert f"urgency.{code}" in [reason.code for reason in found.reasons]


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_words_raise_nothing(text):
    assert judge("", text, on=SUMMER).level is Level.ORDINARY, judge("", text, on=SUMMER)


@pytest.mark.parametrize("text", ["暖气不热，家里有刚出生的婴儿", "停暖三天了，老人卧床", "室温只有十二度，孕妇快生了"])
def test_cold_rooms_with_frail_people_are_urgent_in_winter_only(text):
    assert judge("", text, on=WINTER).level is Level.URGENT
    assert judge("", text, on=SUMMER).level is Level.ORDINARY


def test_a_cold_room_alone_is_ordinary():
    assert judge("", "暖气不热，请来看看", on=WINTER).level is Level.ORDINARY


def test_a_sentence_about_self_harm_is_marked_whole_and_alone():
    text = "物业三个月没有修暖气。我真的不想活了，谁来帮帮我！请回电话。"
    found = judge("", text, on=WINTER)
    assert found.is_crisis
    assert [text[span.start : span.end] for span in found.crisis] == ["我真的不想活了，谁来帮帮我！"]


def test_other_danger_is_no_crisis():
    assert not judge("", "楼上着火了", on=WINTER).is_crisis


def test_the_reason_names_words_and_place():
    title = "三单元起火"
    reason = judge(title, "", on=WINTER).reasons[0]
    assert reason.words == ("起火",)
    assert [title[span.start : span.end] for span in reason.spans] == ["起火"]


def test_an_outage_is_noticed_without_raising():
    found = judge("停水两天", "", on=SUMMER)
    assert found.is_outage
    assert found.level is Level.ORDINARY


def test_rules_never_lower():
    assert raise_to(Level.EMERGENCY, Level.ORDINARY) is Level.EMERGENCY
    assert raise_to(Level.ORDINARY, Level.URGENT) is Level.URGENT
