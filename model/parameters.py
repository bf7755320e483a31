"""Every parameter that a fact may state: which table it stands in, what its item and unit are, what it means.

A fact whose parameter is not listed here would be used nowhere, and is refused.
"""

from dataclasses import dataclass
from math import inf
from typing import Literal

Item = Literal["", "good", "source"]


@dataclass(frozen=True)
class Parameter:
    """One kind of fact.

    ``unit`` is a pattern of dimensions: words of ``units.csv`` (mass, energy, ...), or ``good``, ``product``,
    ``group`` for the unit of the item, of the good made and of the capacity group; ``metric`` is free but must
    agree between a configuration's specific energy, benchmark, baseline and its measures' savings. ``low`` and ``high``
    are the least and most that a value may be, in model units.
    """

    table: str
    name: str
    unit: str
    en: str
    zh: str
    item: Item = ""
    yearly: bool = False
    paths: bool = False
    default: float | None = None
    low: float = -inf
    high: float = inf


PARAMETERS: tuple[Parameter, ...] = (
    Parameter("line_facts", "capacity", "group", "listed capacity a year, or nameplate in t/d", "核定年产能，或日产能（吨/日）", low=0.0),
    Parameter("line_facts", "base_output", "product", "production in the base year", "基准年产量", yearly=True, low=0.0),
    Parameter("line_facts", "use", "good/product", "use of a good per unit made, where it differs from its configuration's",
              "单位产品消耗（与所属配置不同时）", item="good"),
    Parameter("line_facts", "specific_energy", "metric", "specific energy in the benchmark's metric, where it differs",
              "单位产品能耗（与所属配置不同时）"),
    Parameter("line_facts", "availability", "one", "most production, share of listed capacity, where it differs",
              "最大产量占核定产能的比例（与所属配置不同时）", yearly=True, low=0.0),
    Parameter("configuration_facts", "use", "good/product", "use of a good per unit made; negative: by-product",
              "单位产品消耗；负值为副产品", item="good"),
    Parameter("configuration_facts", "direct_emission", "carbon/product", "direct emission per unit made besides its goods'",
              "单位产品直接排放（不含所用物料的排放）", item="source"),
    Parameter("configuration_facts", "availability", "one", "most production, share of listed capacity",
              "最大产量占核定产能的比例", yearly=True, low=0.0),
    Parameter("configuration_facts", "staggered_days", "day", "days of staggered production a year", "错峰停产天数", yearly=True, low=0.0, high=365.0),
    Parameter("configuration_facts", "maintenance_days", "day", "days of maintenance outside staggered production", "检修天数", low=0.0, high=365.0),
    Parameter("configuration_facts", "peak_rate", "one", "daily production over nameplate while running", "运行时日产量与设计能力之比", low=0.0),
    Parameter("configuration_facts", "minimum_load", "one", "least production, share of listed capacity",
              "最小产量占核定产能的比例", default=0.0, low=0.0, high=1.0),
    Parameter("configuration_facts", "capacity_ratio", "one", "capacity over the line's listed capacity",
              "该配置产能与产线核定产能之比", default=1.0, low=0.0),
    Parameter("configuration_facts", "specific_energy", "metric", "specific energy in the benchmark's metric", "单位产品能耗"),
    Parameter("configuration_facts", "benchmark", "metric", "energy benchmark level", "能效标杆水平"),
    Parameter("configuration_facts", "baseline", "metric", "energy baseline level", "能效基准水平"),
    Parameter("configuration_facts", "fixed_cost", "money/group", "fixed cost a year per unit of capacity", "单位产能年固定成本", default=0.0),
    Parameter("configuration_facts", "variable_cost", "money/product", "variable cost per unit made, without goods",
              "单位产品可变成本（不含物料）", default=0.0),
    Parameter("transition_facts", "capex", "money/group", "investment per unit of new capacity", "单位新增产能投资", default=0.0, low=0.0),
    Parameter("transition_facts", "closure_cost", "money/group", "one-off cost per unit of capacity that leaves",
              "单位退出产能一次性成本", default=0.0, low=0.0),
    Parameter("transition_facts", "life", "year", "economic life of the investment", "投资经济寿命", low=1.0),
    Parameter("transition_facts", "outage", "one", "share of the new capacity lost in the year of the move",
              "转换当年损失的产能比例", default=0.0, low=0.0, high=1.0),
    Parameter("measure_facts", "use", "good/product", "change of use per unit made under the measure; negative saves",
              "采用措施后单位产品消耗变化；负值为节约", item="good"),
    Parameter("measure_facts", "direct_emission", "carbon/product", "change of direct emission per unit made under the measure",
              "采用措施后单位产品直接排放变化", item="source"),
    Parameter("measure_facts", "variable_cost", "money/product", "change of variable cost per unit made under the measure",
              "采用措施后单位产品可变成本变化", default=0.0),
    Parameter("measure_facts", "share", "one", "share of a line's production that it can still cover", "尚可覆盖的产量比例", default=1.0, low=0.0, high=1.0),
    Parameter("measure_facts", "capex", "money/group", "investment per unit of capacity covered", "单位覆盖产能投资", default=0.0, low=0.0),
    Parameter("measure_facts", "life", "year", "economic life", "经济寿命", low=1.0),
    Parameter("measure_facts", "specific_energy_saving", "metric", "specific energy saved, in the benchmark's metric",
              "单位产品节能量（与标杆同口径）"),
    Parameter("good_facts", "price", "money/good", "price when bought, without value-added tax", "购入价（不含增值税）", yearly=True, default=0.0, low=0.0),
    Parameter("good_facts", "sell_price", "money/good", "price when sold outside", "外售价", yearly=True, default=0.0),
    Parameter("good_facts", "supply", "good", "most that can be bought a year", "年最大购入量", yearly=True, low=0.0),
    Parameter("good_facts", "sales", "good", "most that can be sold outside a year", "年最大外售量", yearly=True, low=0.0),
    Parameter("good_facts", "final_demand", "good", "demand outside the segments", "产业环节之外的最终需求", yearly=True, paths=True, default=0.0, low=0.0),
    Parameter("good_facts", "direct_emission", "carbon/good", "emission where it is used (scope 1)", "使用环节直接排放（范围一）", item="source"),
    Parameter("good_facts", "power_emission", "carbon/good", "emission of purchased power or heat (scope 2)",
              "外购电力、热力排放（范围二）", yearly=True, paths=True),
    Parameter("good_facts", "embodied_emission", "carbon/good", "emission embodied when bought outside", "外购物料隐含排放", yearly=True),
    Parameter("good_facts", "energy_calorific", "energy/good", "energy content, calorific value", "折标系数（当量值）"),
    Parameter("good_facts", "energy_equivalent", "energy/good", "energy content, equivalent value", "折标系数（等价值）", yearly=True),
    Parameter("segment_facts", "base_output", "money", "gross output in the base year", "基准年总产值", yearly=True, low=0.0),
    Parameter("segment_facts", "use", "good/money", "use of a good per gross output; negative: makes it", "单位产值消耗；负值为产出", item="good"),
    Parameter("segment_facts", "direct_emission", "carbon/money", "direct emission per gross output besides its goods'",
              "单位产值直接排放（不含所用物料的排放）", item="source"),
    Parameter("segment_facts", "value_added_ratio", "one", "value added over gross output, before calibration", "增加值率（校准前）"),
    Parameter("segment_facts", "new_material_share", "one", "share of gross output that counts as new materials", "新材料产值占比", default=0.0, low=0.0, high=1.0),
    Parameter("segment_facts", "growth_least", "one", "least gross output over the base year's", "总产值与基准年之比的下限", yearly=True, low=0.0),
    Parameter("segment_facts", "growth_most", "one", "most gross output over the base year's", "总产值与基准年之比的上限", yearly=True, low=0.0),
    Parameter("group_facts", "capacity_per_nameplate", "group/daily", "listed capacity a year per tonne of daily nameplate",
              "每吨日产能对应的核定年产能", low=1e-9),
    Parameter("group_facts", "pace_moves", "one", "most of the capacity that may move in a year", "每年可变动产能的最大比例", low=0.0),
    Parameter("group_facts", "pace_retrofits", "one", "most of the capacity that one measure may reach in a year",
              "每年单项改造可覆盖产能的最大比例", low=0.0),
    Parameter("quota_facts", "endowment", "group", "quota at hand without an exit in the city", "无需本市退出即可使用的指标", default=0.0, low=0.0),
    Parameter("quota_facts", "lapse", "year", "years after which earned quota lapses", "指标有效年限", low=1.0),
    Parameter("quota_facts", "ratio", "one", "capacity that must leave per unit that comes", "退出与新建产能之比", yearly=True, low=0.0),
    Parameter("clause_facts", "value", "any", "value that the clause sets", "条款数值", yearly=True),
    Parameter("city_facts", "discount_rate", "one", "real discount rate a year", "实际贴现率", low=0.0, high=1.0),
    Parameter("city_facts", "value_added_factor", "one", "factor that calibrates value-added ratios to the base year", "增加值率校准系数", default=1.0, low=0.0),
    Parameter("city_facts", "carbon_price", "money/carbon", "carbon price", "碳价", yearly=True, paths=True, low=0.0),
)  # fmt: skip
