"""What people complain about in the demonstration bank, and what they are answered: invented, about no real person.

How often which business and which cause appears follows the disclosure of a large bank (limits of accounts a third,
cards and loans most of the rest; rules and processes nearly three quarters of the causes).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Said:
    """One matter: facets B, C and A, what was said and claimed, what was found and decided."""

    business: str
    causes: tuple[str, ...]
    place: str
    subject: str
    text: str
    demand: str
    outcome: str
    facts: str
    reasons: str
    decision: str
    amount: Decimal | None = None


BASIS = "《银行业保险业消费投诉处理管理办法》第十八、十九条及相关业务协议。"
# How often, out of a hundred; then the matter.
MIX: tuple[tuple[int, Said], ...] = (
    (16, Said("savings", ("rules",), "electronic", "非柜面限额被调低",
              "手机银行一天只能转五百元，没有人通知我。", "恢复原来的限额", "partly",
              "经查，系统按风险规则自动下调限额，短信发往旧号码。", "规则适用正确，通知未送达。",
              "核实用途后已上调限额，并更正预留号码。")),
    (10, Said("savings", ("rules", "little_said"), "premises", "账户被管控，跑了三趟",
              "每次要的材料都不一样，请了三次假。", "一次说清楚并解除管控", "upheld",
              "经查，三次告知的材料清单不一致。", "告知不一次性、不完整，责任在本行。",
              "已当日解除管控并致歉，网点统一材料清单。")),
    (8, Said("savings", ("rules",), "premises", "注销一张旧卡要本人到开户行",
             "开户行在外省，就为十几块钱。", "就近注销", "upheld",
             "经查，该卡符合异地销户条件，柜员未按新流程办理。", "新流程已生效，柜员不熟悉。",
             "已就近办结，并对柜员补训。")),
    (15, Said("cards", ("rules",), "electronic", "信用卡临时额度到期被收超限费",
              "没人告诉我临时额度哪天到期。", "退还费用", "partly",
              "经查，到期前已发送提醒，但未写明恢复后的额度。", "提示要素不全。",
              "退还费用一半，提醒短信补充要素。", Decimal(86))),
    (8, Said("cards", ("fees",), "electronic", "年费、短信费扣得不明白",
             "账单上看不出为什么扣。", "退费并说明", "upheld",
             "经查，免年费条件变更后公告不显著。", "公告方式不足以使客户知悉。",
             "退还当年年费，账单增加说明。", Decimal(120))),
    (6, Said("cards", ("facilities",), "self_service", "自助机吞卡，三天没有人处理",
             "打了两次电话都说在登记。", "马上还卡", "upheld",
             "经查，机具报警未派单。", "内部派单流程断点。", "当日还卡并上门致歉，机具派单改为自动。")),
    (8, Said("loans", ("rules",), "premises", "提前还贷要排队三个月",
             "预约到三个月以后，白付利息。", "马上办理", "partly",
             "经查，网点额度排期所致，合同未约定等待期。", "等待期缺乏合同依据。",
             "两周内安排还款，等待期内多付利息按规定处理。", Decimal(1_860))),
    (6, Said("loans", ("rules",), "back_office", "征信上多了一次逾期",
             "自动扣款那天卡里有钱，是你们没扣。", "更正征信", "upheld",
             "经查，扣款批次因系统维护顺延一日，误报逾期。", "责任在本行。",
             "已向征信机构报送更正并出具情况说明。")),
    (5, Said("payment", ("rules", "facilities"), "electronic", "转账显示失败，钱却扣了",
             "等了两天才退回来，急用没用上。", "赔偿损失", "partly",
             "经查，他行退汇延迟，本行未主动告知。", "资金已全额退回，告知不及时。",
             "致歉并赠送手续费减免，不承担间接损失。")),
    (3, Said("loans", ("collection",), "third_party", "催收电话打到单位",
             "逾期两天，单位同事都知道了。", "停止并道歉", "upheld",
             "经查，外包催收违反话术与联系人规则。", "外包管理不到位。",
             "停止该机构作业，书面致歉。")),
    (5, Said("savings", ("attitude",), "premises", "排队两小时，窗口只开一个",
             "老人站了两个小时，没有人问一句。", "增开窗口", "upheld",
             "经查，当日两名柜员请假未启动应急排班。", "应急排班未执行。", "网点增设弹性窗口，致歉。")),
    (6, Said("wealth", ("disclosure", "returns"), "electronic", "理财净值跌了，没有人说会亏",
             "页面写着稳健，三个月亏了八百。", "补足亏损", "rejected",
             "经查，购买时完成测评、揭示与确认，净值公告及时。", "产品非保本，风险已揭示并留痕。",
             "不予补偿；已当面解读净值与持有期。", Decimal(800))),
    (4, Said("agency", ("unclear", "risk_told"), "premises", "保险退保损失说得不清楚",
             "当时只讲收益，没讲退保要扣这么多。", "按本金退", "partly",
             "经查，现金价值表已出示，讲解录音未提及退保损失。", "讲解不充分。",
             "协助保险公司协商退保，差额按协议处理。", Decimal(6_400))),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One of the told stories: how many days before the day of loading, in which way, what made it remarkable."""

    ago: int
    said: Said
    source: str = "hotline"
    channel: str = "phone"
    days: float = 5.0  # from acceptance to the delivery of the answer
    word: str = "confirmed"
    more: dict[str, Any] = field(default_factory=dict)


_INSURED = Said(
    "agency", ("risk_told", "unclear"), "premises", "存款变保险",
    "去年说是利息高的存款，今年又来扣第二期保费，才知道是保险。我七十一岁，要用钱看病。", "全额退还保费",
    "upheld", "经查，录音显示以“利息更高的存款”介绍，未出示产品性质提示。", "违反销售行为规定，误导事实成立。",
    "协调保险公司全额退保，退还两期保费并致歉。", Decimal(100_000),
)  # fmt: skip
_SAME = Said(
    "wealth", ("risk_told",), "premises", "说跟定期差不多，亏了",
    "理财经理说跟定期差不多，买了才知道是中风险，半年亏了一万二。", "补偿全部亏损", "partly",
    "经查，同日两次测评，第二次结果高于第一次，阅读风险揭示仅十六秒。", "适当性管理存在瑕疵。",
    "协商补偿部分损失，相关人员问责。", Decimal(12_000),
)  # fmt: skip
_LATE = Said(
    "wealth", ("contract",), "electronic", "赎回三天才到账",
    "说明书写 T+1，节前赎回三天才到。", "补利息", "rejected",
    "经查，赎回提交在交易时间之后，遇法定假日顺延。", "符合说明书约定。", "不予补偿，已解释到账规则。",
)  # fmt: skip
_SURGERY = Said(
    "savings", ("rules",), "electronic", "手术前交不了费，限额太低",
    "父亲明早手术，医院要先交八万，手机银行限额两千，柜台已经下班。", "马上放开", "upheld",
    "经查，限额为系统规则下调，夜间无应急通道。", "缺少紧急用款通道。", "当晚临时放开并回访，设立应急通道。",
    Decimal(80_000),
)  # fmt: skip
_FROZEN = Said(
    "savings", ("rules", "asymmetry"), "premises", "账户被冻结，说不清是谁冻的",
    "柜员只说司法冻结，别的一问三不知。", "解冻", "rejected",
    "经查，冻结为异地法院依法作出，手续齐全。", "本行为协助执行机关，无权解除。", "出示冻结文书信息与法院联系方式。",
)  # fmt: skip
_CREDIT = Said(
    "loans", ("rules", "irregular"), "back_office", "自动还款失败，上了征信",
    "账户里有钱，系统没扣，买房贷款批不下来。", "更正并书面证明", "upheld",
    "经查，换卡后代扣协议未同步。", "系统改造遗漏，责任在本行。", "三日内更正征信，出具证明。",
)  # fmt: skip
_FEES = Said(
    "cards", ("fees",), "electronic", "两年多扣了管理费", "每月扣十元账户管理费，从来没有人说过。", "全部退还",
    "upheld", "经查，该费用应于一户免收，系统未识别。", "收费缺乏依据。", "退还两年费用二百四十元，排查同类账户。",
    Decimal(240),
)  # fmt: skip
_FUND = Said(
    "agency", ("disclosure", "returns", "risk_told"), "premises", "私募产品延期兑付",
    "我们二十二户一起买的，管理人说延期，银行说只是代销。", "先行兑付", "partly",
    "经查，代销准入与合格投资者认定手续齐全，存续期信息披露转达不及时。", "信息转达存在过失，兑付义务在管理人。",
    "不承担兑付；提供全部材料，协助向管理人主张，双方选择诉讼。", Decimal(24_000_000),
)  # fmt: skip
_AGENT = Said(
    "cards", ("fees",), "third_party", "要求全额退息退费",
    "本人委托维权公司代为主张，要求退还全部利息、违约金，否则继续投诉。", "退还全部息费", "rejected",
    "经查，计息与合同一致；代理人未提供合法有效授权。", "主张缺乏合同与法律依据。", "不予退还，直接答复持卡人本人。",
    Decimal(38_000),
)  # fmt: skip
_ABOUT_HANDLING = Said(
    "loans", ("little_said", "attitude"), "premises", "投诉没人给说法",
    "上次投诉提前还贷，打了个电话就说处理完了，什么也没解决。", "重新处理", "partly",
    "经查，前次答复未写明事实与依据。", "答复内容不完整。", "重新答复并安排还款。",
)  # fmt: skip
_HEAD = Said(
    "savings", ("attitude",), "premises", "支行行长当众训斥客户",
    "就因为我问手续费，当着大堂的人说我不懂还来。不要让这家支行的人知道是谁投诉的。", "道歉", "upheld",
    "经查，监控显示言语不当。", "违反文明服务规定。", "上级行领导致歉，责任人通报。",
)  # fmt: skip
_PROMISED = Said(
    "wealth", ("marketing",), "third_party", "微信群里说稳赚",
    "群里发海报说保本稳赚，我还留着截图，准备找记者曝光。", "公开更正", "upheld",
    "经查，员工个人转发第三方海报，内容违规。", "营销内容未经审核。", "撤回并更正，处罚责任人。",
)  # fmt: skip
TOLD: tuple[Told, ...] = (
    Told(410, _INSURED, "12378", days=13, more={"sign": "old", "remedy": "risk_told"}),
    Told(60, _SAME, days=12, more={"sign": "sale", "settle": (Decimal(6_000), 1), "remedy": "risk_told"}),
    Told(300, _LATE, days=4, word="disputed"),
    Told(222, _SURGERY, days=0.4, more={"remedy": "rules"}),
    Told(260, _FROZEN, "branch", "branch", 6, "disputed", {"review": "upheld"}),
    Told(176, _CREDIT, "12363", days=9, more={"remedy": "irregular"}),
    Told(140, _FEES, days=3, more={"settle": (Decimal(240), 0), "remedy": "fees"}),
    Told(330, _FUND, "branch", "branch", 58, "disputed",
         {"persons": 22, "face": True, "extend": (30, 60), "course": "court", "remedy": "disclosure"}),
    Told(120, _AGENT, "mail", "email", 10, "disputed", {"agent": True}),
    Told(117, _AGENT, "mail", "email", 9, "silent", {"agent": True}),
    Told(112, _AGENT, "12345", "phone", 8, "silent", {"agent": True}),
    Told(95, _ABOUT_HANDLING, "hotline", "phone", 6, "disputed", {"review": "changed"}),
    Told(200, _HEAD, "portal", "portal", 7, more={"hide": True, "accuse": "head", "remedy": "attitude"}),
    Told(45, _PROMISED, days=1.7, more={"remedy": "marketing"}),
    Told(80, _FEES, "branch", "branch", 2, "withdrawn"),
)  # fmt: skip
ON_IT = ("已收到您的投诉，两个工作日内告知调查情况。", "您的诉求已登记，由与此事无关的同事调查。")
AGREED = ("认可处理结果。", "没有意见，谢谢。", "可以，就这样。")
NOT_AGREED = ("不认可，保留其他途径。", "和我要求的不一样。")
TAKEN_BACK = "已经自己解决，撤回投诉。"
NOBODY = ("无人接听。", "关机。", "接通后挂断。")
LONGER = "等待外部机构回函与系统日志比对"
