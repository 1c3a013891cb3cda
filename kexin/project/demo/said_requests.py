"""What customers ask in the demonstration bank, and what they are told: invented, about no real person."""

from __future__ import annotations

# kind, category, subject, what the customer said, what the customer was told
ASKED: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "consultation",
        "card",
        "银行卡在超市刷不了",
        "芯片读不出来，磁条也不行。",
        "已换新卡，旧卡当面剪角，原密码不变。",
    ),
    ("consultation", "card", "年费怎么免", "今年扣了 10 元年费。", "说明减免条件，达标后次年免收；本次已按规则说明。"),
    (
        "consultation",
        "account",
        "非柜面限额太低",
        "手机银行一天只能转 5,000。",
        "核实用途后按规则调整，需本人持证到网点。",
    ),
    ("consultation", "account", "短信通知收不到", "上月起没有动账短信。", "预留号码已更正，测试短信已收到。"),
    (
        "consultation",
        "wealth",
        "净值为什么跌了",
        "买的固收产品这周少了两百多。",
        "说明净值型产品随债市波动，不保本；已发最近净值。",
    ),
    (
        "consultation",
        "wealth",
        "到期资金什么时候到账",
        "昨天到期，今天还没到。",
        "到账日为到期后第一个工作日，已到账。",
    ),
    (
        "consultation",
        "product_sale",
        "三年期利率是多少",
        "想把到期的再存三年。",
        "告知挂牌利率和提前支取规则，已预约到店。",
    ),
    ("consultation", "loan", "提前还款怎么约", "想提前还十万。", "手机银行可预约，扣款日前一天确认；违约金按合同。"),
    ("consultation", "loan", "还款账户要换", "原来的卡注销了。", "已变更还款账户，下期起生效。"),
    ("consultation", "electronic", "手机银行登录不上", "换了手机，一直让人脸。", "重新绑定设备后可登录。"),
    ("consultation", "electronic", "转账提示风险", "给女儿转学费被拦下。", "核实为本人真实意愿，放行；提示防范冒名。"),
    ("consultation", "other", "存款证明怎么开", "签证要用。", "带身份证到网点，当日可取。"),
    ("suggestion", "electronic", "字再大一点", "老人看不清手机银行。", "已转告产品部门，大字版可在设置中打开。"),
    ("suggestion", "other", "周末多开一个窗口", "排了四十分钟。", "已转网点安排，周六上午增开一个窗口。"),
    ("suggestion", "wealth", "希望每月寄一次对账单", "不会用手机。", "已登记纸质对账单，次月起寄送。"),
    ("product_change", "card", "预留手机号变更", "号码换了。", "身份核实后已变更，原号码停止接收。"),
    ("product_change", "account", "定期改约定转存", "到期不想自动转。", "已取消约定转存，到期转活期。"),
    ("product_change", "wealth", "定投改扣款日", "发薪日改到 15 号。", "已改为每月 16 日扣款，下月生效。"),
    (
        "product_change",
        "loan",
        "贷款展期咨询并申请",
        "生意周转慢了一个月。",
        "材料齐后提交审批，结果另行通知；本次未获同意。",
    ),
)
STILL_WRONG = ("还是不行，请再看看。", "当时好了，第二天又这样。", "和我问的不是一回事。")
MENDED = "重新核查后已办好，当面确认。"
ON_IT = ("已记录，正在核实，今天给您回电。", "已联系相关部门，有结果马上告诉您。", "需要一点时间，最晚明天答复。")
NO_MORE = "自己解决了，不用办了。"
