"""What people of the demonstration district say. All invented. {estate}, {building}, {floor} and {n} are filled in."""

from __future__ import annotations

STORIES: tuple[tuple[str, int, str, str], ...] = (
    ("utilities.heating.none", 9, "{estate}暖气不热", "{estate}{building}号楼供暖以来一直不热，屋里只有{degrees}度，家里有老人，打供热公司电话总说在排查，请尽快派人来看。"),
    ("utilities.heating.none", 5, "{building}号楼暖气时有时无", "我家住{estate}{building}号楼{floor}层，这几天暖气时有时无，楼上楼下都这样，怀疑是立管堵了，请协调检修。"),
    ("utilities.water.outage", 3, "{estate}停水没有通知", "{estate}从早上开始停水，物业没有贴通知，什么时候来水也没人知道，家里做不了饭。"),
    ("utilities.power.outage", 2, "{building}号楼跳闸停电", "{estate}{building}号楼反复跳闸停电，已经第三次了，电梯也停，老人下不了楼。"),
    ("utilities.gas.service", 2, "燃气表走得太快", "{estate}换了新燃气表以后用气量多了一倍，申请校表两周没有回复。"),
    ("utilities.drain.blocked", 3, "下水道堵了往外冒", "{estate}{building}号楼一层下水道堵塞，污水从地漏往外冒，物业说要等疏通车，已经两天了。"),
    ("housing.property.service", 6, "{estate}物业不作为", "{estate}门禁坏了一个月没人修，保安经常不在岗，楼道灯也不亮，业主群里没有一个人答复。"),
    ("housing.property.fee", 4, "物业费涨价没开会", "{estate}物业贴通知下个月涨物业费，没有开业主大会，也没有公示账目，请帮忙问清楚依据。"),
    ("housing.building.leak", 5, "楼上漏水泡了天花板", "我住{estate}{building}号楼{floor}层，楼上卫生间漏水，把我家天花板和衣柜泡坏了，楼上不承认，请社区来看看。"),
    ("housing.building.lift", 4, "电梯又困人了", "{estate}{building}号楼的电梯这个月坏了三次，昨天还困了人{n}分钟，维保单位来了就走，请督促彻底修好。"),
    ("housing.building.old", 3, "加装电梯意见不一", "{estate}{building}号楼想加装电梯，一层两户不同意，担心采光和噪声，希望组织大家坐下来谈。"),
    ("housing.rent.deposit", 3, "退租不退押金", "我在{estate}租房到期，房东以墙面有划痕为由扣了全部押金，金额{n}00元，请帮忙调解。"),
    ("city.sanitation.rubbish", 4, "垃圾桶几天没清", "{estate}{building}号楼东侧垃圾桶三四天没有清运，味道很大，招苍蝇。"),
    ("city.order.stall", 3, "路口流动摊贩堵路", "{estate}门口每天下班时间流动摊贩占道，救护车都进不来，请城管管一管。"),
    ("city.order.illegal", 2, "顶层违建加盖", "{estate}{building}号楼顶层住户在楼顶加盖房间，天天施工，担心承重出问题。"),
    ("city.works.road", 3, "小区门口路面塌陷", "{estate}南门外人行道塌了一块，有半米深，晚上没有灯，已经有人摔倒。"),
    ("city.works.light", 2, "路灯不亮", "{estate}到公交站这段路有{n}盏路灯不亮，老人晚上不敢走。"),
    ("city.safety.cable", 4, "飞线充电太危险", "{estate}{building}号楼有人从楼上拉电线给电动车充电，雨天电线泡在水里，担心着火。"),
    ("city.safety.fire", 2, "楼道堆物堵消防通道", "{estate}{building}号楼{floor}层楼道堆满纸箱和旧家具，消防通道走不过去。"),
    ("city.safety.dog", 2, "遛狗不拴绳", "{estate}有人遛大狗不拴绳，孩子被吓哭了，物业说管不了。"),
    ("traffic.parking.lot", 5, "车位不够天天抢", "{estate}只有几十个车位，外面的车也停进来，业主天天为停车吵架，希望组织议一议。"),
    ("traffic.parking.fee", 2, "停车费乱涨", "{estate}停车费从每月一百涨到二百，没有公示，也不给发票。"),
    ("environment.noise.site", 3, "夜里十二点还在施工", "{estate}旁边的工地夜里十二点还在浇筑，孩子要考试，睡不着觉。"),
    ("environment.noise.life", 4, "楼下烧烤店吵到两点", "{estate}{building}号楼楼下烧烤店每晚吵到两点，油烟往屋里灌，跟店主说过几次没有用。"),
    ("environment.air.fume", 2, "饭店油烟直排", "{estate}底商饭店油烟直接排到楼道窗口，衣服都不敢晾。"),
    ("consumer.prepaid.refund", 5, "健身房关门卡里还有钱", "{estate}旁边的健身房贴条停业，我的年卡还剩{n}00元，电话没人接，请帮忙退费。"),
    ("consumer.prepaid.refund", 3, "美容卡退不了", "在{estate}门口的美容店办了次卡，还剩{n}次，店里说一概不退，这合理吗？"),
    ("consumer.goods.quality", 2, "新买的热水器漏水", "刚买的热水器装上就漏水，商家说要付上门费，请协调退换。"),
    ("labour.wage.arrears", 4, "装修工钱拖了四个月", "我们{n}个工人在{estate}做装修，工钱拖了四个月，包工头不接电话，过年回家的钱都没有。"),
    ("labour.contract.dismissal", 2, "口头通知不用来了", "公司口头通知我明天不用来上班，没有书面材料，也不给补偿，想问怎么办。"),
    ("labour.insurance.pension", 2, "社保断缴怎么补", "单位半年没有给我交社保，现在想补缴，应该找哪里？"),
    ("public.school.admission", 2, "入学学区咨询", "我家住{estate}，孩子今年上小学，户口和房产证不在一起，学区怎么算？"),
    ("public.health.hospital", 1, "社区医院药不全", "{estate}旁边的社区医院慢性病药经常没有，老人要跑很远。"),
    ("justice.neighbour.noise", 4, "跟邻居因为空调外机吵了两次", "{estate}{building}号楼邻居把空调外机装在我家卧室窗边，夜里嗡嗡响，吵了两次，请社区帮忙说和。"),
    ("justice.neighbour.border", 2, "邻居占用公共过道", "{estate}{building}号楼{floor}层邻居在过道装了鞋柜和铁门，我家门都打不开，谈不拢。"),
    ("justice.family.estate", 2, "老人赡养三个孩子说不到一起", "母亲八十多了，住{estate}，三个孩子谁出钱谁照顾说不到一起，想请人调解。"),
    ("justice.money.loan", 3, "民间借贷想问怎么要回来", "借给朋友{n}万元写了借条，到期不还，还能起诉吗？要准备什么材料？"),
    ("justice.money.contract", 2, "装修合同违约", "装修公司延期两个月没完工，合同写了违约金，现在不认，想走调解。"),
    ("justice.court.filing", 2, "立案材料不全要补什么", "网上立案被退回，说材料不全，想问还要补什么，多久能立上。"),
    ("justice.advice.law", 3, "交通事故赔偿怎么算", "骑车被撞骨折，住院{n}天，对方保险公司只认一部分，想了解怎么算。"),
)  # fmt: skip
"""(category code, weight, title, text)."""

ANSWERS = (
    "已联系您。明天上午{n}点维修人员上门，先查阀门和立管，结果当天告诉您。",
    "已与对方约好本周五下午在社区见面谈，时间不合适请告诉我们。",
    "情况已核实，责任单位今天安排处理，三个工作日内完成，完成后请您验收。",
    "您反映的情况属实，已下达整改通知，我们会盯到改好为止。",
    "您问的事情按规定可以办，需要的材料和步骤写在下面，请您对照准备。",
)
RESULTS = (
    "已更换阀门并排气，入户复测室温正常。",
    "已清理完毕，现场照片已留存。",
    "双方已谈妥，按谈好的办法在月底前做完。",
    "已退还费用，请您查收。",
    "设备已修好，连续观察三天正常。",
    "已书面答复并说明依据。",
)
OBJECTIONS = ("晚上又不热了。", "只清了一半。", "说好的没有做到。", "钱还没有到账。")
PROGRESS = ("已派人到现场查看，正在等配件。", "已约谈对方，下周一再谈一次。", "施工队已进场，预计三天。")
NOTES = ("同楼还有几户类似情况，建议一并处理。", "与物业经理通过电话，对方答应配合。")
RETURNS = ("不属于我单位职责，建议转区住建委。", "该路段由市政养护，请重新派单。")
REASONS_TO_ASK = ("请补一张收据的照片。", "请告诉我们具体门牌号。", "方便的话请说明您可以接待的时间。")
