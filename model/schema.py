"""What every array of a problem and of a result means: dims, unit, name in both languages.

``state`` is a pair (line, configuration), ``step`` a pair (line, arc), ``retrofit`` a pair (line, measure): flat dims that
hold only the pairs that exist; the labels of a pair are the coordinates ``state_line``, ``state_configuration`` and so on.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Array:
    """Dims, unit and names of one array."""

    dims: tuple[str, ...]
    unit: str
    en: str
    zh: str


PROBLEM: dict[str, Array] = {
    "span": Array(("year",), "a", "calendar years that a model year stands for in the objective", "目标函数中每个模型年代表的年数"),
    # lines and their graph
    "initial": Array(("state",), "1", "stands so in the base year", "基准年状态"),
    "capacity": Array(("state",), "unit of group", "listed capacity in the configuration", "该配置的核定产能"),
    "standing": Array(("state",), "1", "its capacity counts as listed", "计入核定产能"),
    "availability": Array(("state", "year"), "1", "most production over listed capacity", "最大产量与核定产能之比"),
    "minimum_load": Array(("state",), "1", "least production over listed capacity", "最小产量与核定产能之比"),
    "outside_life": Array(("state", "year"), "1", "the line may no longer stand", "产线已不得存续"),
    "base_make": Array(("state",), "unit of good", "production in the base year", "基准年产量"),
    "open": Array(("step", "year"), "1", "the transition may be taken", "该年可实施的转换"),
    "outage": Array(("step",), "1", "share of new capacity lost in the year of the move", "转换当年损失的产能比例"),
    # use and emissions
    "use": Array(("state", "good"), "unit of good per unit made", "use per unit made", "单位产品消耗"),
    "direct": Array(("state", "source"), "10ktCO2e per unit made", "direct emission per unit made besides its goods'", "单位产品直接排放"),
    "change": Array(("retrofit", "good"), "unit of good per unit made", "change of use under a measure", "采用措施后消耗的变化"),
    "direct_change": Array(("retrofit", "source"), "10ktCO2e per unit made", "change of direct emission under a measure", "采用措施后直接排放的变化"),
    "factor": Array(("good", "source", "year"), "10ktCO2e per unit of good", "emission where a good is used", "使用环节排放因子"),
    "embodied": Array(("good", "year"), "10ktCO2e per unit of good", "emission embodied in a bought good", "外购物料隐含排放因子"),
    "calorific": Array(("good",), "TJ per unit of good", "energy content, calorific", "折标系数（当量值）"),
    "equivalent": Array(("good", "year"), "TJ per unit of good", "energy content, equivalent", "折标系数（等价值）"),
    # goods
    "supply": Array(("good", "year"), "unit of good", "most that can be bought; infinite: no limit", "最大购入量"),
    "sales": Array(("good", "year"), "unit of good", "most that can be sold outside; infinite: no limit", "最大外售量"),
    "demand": Array(("good", "year"), "unit of good", "final demand", "最终需求"),
    # measures
    "share": Array(("retrofit",), "1", "share of production that a measure can cover", "措施可覆盖的产量比例"),
    "measure_open": Array(("retrofit", "year"), "1", "the measure may be installed", "该年可安装"),
    "saving": Array(("retrofit",), "metric of the benchmark", "specific energy saved", "单位产品节能量"),
    "fit_capacity": Array(("retrofit",), "unit of group", "largest capacity among the configurations that carry it", "可承载该措施的最大产能"),
    "fit_most": Array(("retrofit", "year"), "unit of good", "largest production that the measure could cover", "措施可覆盖的最大产量"),
    "benchmark_gap": Array(("state",), "metric of the benchmark", "specific energy above the benchmark level", "超出标杆水平的单位能耗"),
    "baseline_gap": Array(("state",), "metric of the benchmark", "specific energy above the baseline level", "超出基准水平的单位能耗"),
    "new_at_benchmark": Array(("state",), "1", "reached only by building, which must be at benchmark", "新建项目须达到标杆水平"),
    # segments
    "base_value": Array(("segment",), "100M CNY", "gross output in the base year", "基准年总产值"),
    "need": Array(("segment", "good"), "unit of good per 100M CNY", "use per gross output", "单位产值消耗"),
    "segment_direct": Array(("segment", "source"), "10ktCO2e per 100M CNY", "direct emission per gross output", "单位产值直接排放"),
    "value_added": Array(("segment",), "1", "value added over gross output, calibrated", "增加值率（校准后）"),
    "new_material": Array(("segment",), "1", "share that counts as new materials", "新材料产值占比"),
    "least": Array(("segment", "year"), "100M CNY", "least gross output", "总产值下限"),
    "most": Array(("segment", "year"), "100M CNY", "most gross output", "总产值上限"),
    "pull": Array(("segment", "good"), "unit of good per 100M CNY", "production that a sale segment's output needs", "销售环节单位产值对应的产量"),
    # quota
    "ratio": Array(("arc", "year"), "1", "quota debited per unit of new capacity", "单位新增产能所需指标"),
    "endowment": Array(("account",), "unit of group", "quota at hand", "既有指标"),
    "lapse": Array(("account",), "a", "years after which earned quota lapses; infinite: never", "指标有效年限"),
    # pace and money
    "pace_moves": Array(("group",), "1", "most share of capacity that may move in a year; infinite: no limit", "每年可变动产能比例上限"),
    "pace_retrofits": Array(("group",), "1", "most share of capacity that a measure may reach in a year", "每年单项改造产能比例上限"),
    "base_capacity": Array(("group",), "unit of group", "listed capacity in the base year", "基准年核定产能"),
    "step_cash": Array(("step",), "100M CNY", "investment of a move", "转换投资"),
    "step_annuity": Array(("step",), "100M CNY/a", "annuity of a move", "转换投资年金"),
    "fit_cash": Array(("retrofit",), "100M CNY", "investment of a measure", "改造投资"),
    "fit_annuity": Array(("retrofit",), "100M CNY/a", "annuity of a measure", "改造投资年金"),
    "fixed": Array(("state",), "100M CNY/a", "fixed cost of standing", "固定成本"),
    "variable": Array(("state",), "100M CNY per unit made", "variable cost", "可变成本"),
    "variable_change": Array(("retrofit",), "100M CNY per unit made", "change of variable cost under a measure", "采用措施后可变成本的变化"),
    "price": Array(("good", "year"), "100M CNY per unit of good", "price when bought", "购入价"),
    "sell_price": Array(("good", "year"), "100M CNY per unit of good", "price when sold", "外售价"),
    "carbon_price": Array(("year",), "100M CNY per 10ktCO2e", "carbon price", "碳价"),
    "yearly_budget": Array((), "100M CNY", "investment budget of a year; infinite: none", "年度投资预算"),
    "total_budget": Array((), "100M CNY", "investment budget of all years; infinite: none", "总投资预算"),
    # clauses
    "clause_value": Array(("clause", "year"), "unit of the clause", "value that the clause sets; NaN: does not bind that year", "条款数值"),
    "clause_scale": Array(("clause", "year"), "unit of the clause", "size that the clause's shortfall is measured against", "目标缺口的标度"),
    "base_intensity": Array((), "TJ per 100M CNY", "energy (equivalent value) per value added in the base year", "基准年单位增加值能耗（等价值）"),
    "green": Array(("good",), "1", "power that counts as green", "计为绿色电力"),
    "clause_target": Array(("clause",), "1", "a target rather than a limit", "目标（非限值）"),
    "clause_weight": Array(("clause", "segment"), "1", "share of a segment's output that counts for the clause", "计入该条款的产值比例"),
}  # fmt: skip

DECISIONS: dict[str, Array] = {
    "on": Array(("state", "year"), "1", "line stands in the configuration", "产线处于该配置"),
    "move": Array(("step", "year"), "1", "transition taken at the start of the year", "年初实施的转换"),
    "fit": Array(("retrofit", "year"), "1", "measure is in place", "措施已实施"),
    "install": Array(("retrofit", "year"), "1", "measure is installed", "措施安装"),
    "lost": Array(("retrofit", "year"), "1", "measure ends with its configuration", "措施随配置终止"),
    "make": Array(("state", "year"), "unit of good", "production", "产量"),
    "fitted": Array(("retrofit", "year"), "unit of good", "production under the measure", "措施覆盖的产量"),
    "benchmark": Array(("state", "year"), "1", "line meets the benchmark level", "达到能效标杆水平"),
    "buy": Array(("good", "year"), "unit of good", "bought outside", "购入量"),
    "sell": Array(("good", "year"), "unit of good", "sold outside", "外售量"),
    "output": Array(("segment", "year"), "100M CNY", "gross output at 2020 prices", "总产值（2020年价）"),
    "shortfall": Array(("clause", "year"), "unit of the clause", "how far a target is missed", "目标缺口"),
    "emission": Array(("source", "year"), "10ktCO2e", "emissions", "排放量"),
    "cost": Array(("cost_item", "year"), "100M CNY", "cost, investment as annuities", "成本（投资按年金计）"),
    "investment": Array(("year",), "100M CNY", "investment, cash", "投资（现金）"),
}  # fmt: skip

BINARY = ("on", "move", "fit", "install", "lost", "benchmark")
"""Decisions that are 0 or 1 in every result."""

TAKEN = ("move", "install")
"""What a plan does to its lines; all else follows or is how much is made, bought and sold."""

IMPLIED = ("install", "lost")
"""Those of them that no solver need branch on: where measures stand (``fit``) says when they came and went."""

LEDGERS: dict[str, Array] = {
    "line_emission": Array(("line", "source", "year"), "10ktCO2e", "emissions by line", "分产线排放量"),
    "segment_emission": Array(("segment", "source", "year"), "10ktCO2e", "emissions by segment", "分环节排放量"),
    "import_emission": Array(("good", "year"), "10ktCO2e", "emissions embodied in bought goods", "外购物料隐含排放量"),
    "sector_emission": Array(("sector", "source", "year"), "10ktCO2e", "emissions by sector", "分行业排放量"),
    "listed_capacity": Array(("group", "year"), "unit of group", "listed capacity standing", "核定产能"),
    "production": Array(("group", "year"), "unit of good", "production", "产量"),
    "energy": Array(("measure_of_energy", "year"), "TJ", "energy use of lines and segments", "能源消费量"),
    "reached": Array(("clause", "year"), "unit of the clause", "what the clause measures", "条款实际值"),
}  # fmt: skip
