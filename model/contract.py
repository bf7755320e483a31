"""The data contract: one pydantic row model per CSV table of a data folder.

The same classes validate the tables, describe the columns in ``datapackage.json`` and document the contract.
An empty cell is absent (``None``); a column without a default must be filled.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from model.names import ArcKind, GoodKind, Grade, Trade

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Place = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}(@[a-z][a-z0-9_]{0,63})?$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Year = Annotated[int, Field(ge=1900, le=2100)]


def _split(cell: object) -> object:
    return [part for part in cell.split(";") if part] if isinstance(cell, str) else ([] if cell is None else cell)


Slugs = Annotated[list[Slug], BeforeValidator(_split)]


class Row(BaseModel):
    """A row of a table; unknown columns are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: ClassVar[tuple[str, ...]] = ("id",)
    required: ClassVar[bool] = True
    title: ClassVar[str] = ""


class Named(Row):
    """A row with an identifier and a name in both languages."""

    id: Slug = Field(description="identifier, ASCII")
    name_zh: Text = Field(description="name, Chinese")
    name_en: Text = Field(description="name, English")


class Graded(Row):
    """A row that states something and says how well it is known."""

    grade: Grade = Field(description="A plan, B official read, C literature or press read, D recalled, E estimate")
    source: Slug = Field(description="key into sources.csv")
    note: str = Field(default="", description="reason, alternative values, caveats")


class SourceRow(Row):
    """A document or data set that facts cite."""

    title: ClassVar[str] = "sources"
    id: Slug = Field(description="identifier, ASCII")
    title_zh: Text = Field(description="title, Chinese")
    title_en: Text = Field(description="title, English")
    kind: Literal["plan", "standard", "statistic", "policy", "literature", "database", "press", "recalled", "estimate"] = Field(
        description="what sort of source"
    )
    locator: Text = Field(description="where it can be found: document number, address, file of a public repository")


class District(Named, Graded):
    """A district or county of the province."""

    title: ClassVar[str] = "districts"
    required: ClassVar[bool] = False
    zone: Slug = Field(description="zone of the plan")
    lon: Annotated[float, Field(ge=70, le=140)] = Field(description="longitude of the seat, degrees east")
    lat: Annotated[float, Field(ge=15, le=55)] = Field(description="latitude of the seat, degrees north")


class Good(Named):
    """Anything that is bought, made or used."""

    title: ClassVar[str] = "goods"
    kind: GoodKind = Field(description="fuel, power, material or product")
    unit: Text = Field(description="model unit, from units.csv")
    on_site: bool = Field(description="balances at the site of its line instead of city-wide")
    buy: Trade = Field(description="may it be bought outside: no, limited (see supply), free")
    sell: Trade = Field(description="may it be sold outside: no, limited (see sales), free")
    green: bool = Field(default=False, description="power that counts as green")


class Group(Named):
    """A product group whose capacity is counted together (crude steel, clinker, ...)."""

    title: ClassVar[str] = "groups"
    sector: Slug = Field(description="sector in which its emissions are reported")
    unit: Text = Field(description="unit of capacity, from units.csv")


class Line(Named, Graded):
    """An existing line or a candidate site."""

    title: ClassVar[str] = "lines"
    group: Slug = Field(description="capacity group, key into groups.csv")
    family: Slug = Field(description="lines that share transitions")
    district: Slug | None = Field(default=None, description="key into districts.csv")
    site: Slug = Field(description="works or park: on-site goods balance here")
    configuration: Slug = Field(description="configuration at the start, key into configurations.csv")
    status: Literal["existing", "candidate", "closed"] = Field(description="state in the base year")
    start: Year | None = Field(default=None, description="year of commissioning")
    last_year: Year | None = Field(default=None, description="last year in which it may stand")


class Configuration(Named):
    """A way a line can stand: technology x power source."""

    title: ClassVar[str] = "configurations"
    good: Place | None = Field(default=None, description="good that it makes; empty: makes nothing")
    standing: bool = Field(description="its capacity counts as listed capacity")
    route: Literal["long", "short", ""] = Field(default="", description="steel route")


class Transition(Named):
    """An arc of the configuration graph."""

    title: ClassVar[str] = "transitions"
    required: ClassVar[bool] = False
    kind: ArcKind = Field(description="retire, convert, build, repower or replace")
    start: Slug = Field(description="from this configuration")
    end: Slug = Field(description="to this configuration")
    applies: Slugs = Field(description="families or lines, separated by ;")
    first_year: Year | None = Field(default=None, description="first year in which it may be taken")
    last_year: Year | None = Field(default=None, description="last year in which it may be taken (lapse of an approval)")
    credits: Slug | None = Field(default=None, description="quota account that the leaving capacity is credited to")
    debits: Slug | None = Field(default=None, description="quota account that the coming capacity is debited from")
    ratio: Slug | None = Field(default=None, description="ratio class of the debit, key into ratios.csv")
    at_benchmark: bool = Field(default=False, description="the new configuration must meet the benchmark level")
    source: Slug = Field(description="key into sources.csv")
    note: str = Field(default="", description="reason")


class Companion(Row):
    """A configuration that may stand only while another line stands in a given configuration."""

    title: ClassVar[str] = "companions"
    key: ClassVar[tuple[str, ...]] = ("line", "configuration", "host", "host_configuration")
    required: ClassVar[bool] = False
    line: Slug = Field(description="the dependent line")
    configuration: Slug = Field(description="its dependent configuration")
    host: Slug = Field(description="the line it depends on")
    host_configuration: Slug = Field(description="a configuration of the host that keeps it standing")
    note: str = Field(default="", description="reason")


class Measure(Named):
    """A retrofit."""

    title: ClassVar[str] = "measures"
    required: ClassVar[bool] = False
    configurations: Slugs = Field(description="configurations that can carry it, separated by ;")
    excludes: Slugs = Field(default_factory=list, description="measures that it excludes on the same line, separated by ;")
    first_year: Year | None = Field(default=None, description="first year in which it may be installed")
    note: str = Field(default="", description="reason")


class Segment(Named):
    """A downstream industry that earns gross output."""

    title: ClassVar[str] = "segments"
    required: ClassVar[bool] = False
    cluster: Slug = Field(description="cluster of the plan, key into clusters.csv")
    chain: Slug | None = Field(default=None, description="chain inside the cluster, key into clusters.csv")
    sells: Place | None = Field(default=None, description="its output is the sale of this good, counted with the line that makes it")


class Cluster(Named):
    """A cluster or chain of the plan."""

    title: ClassVar[str] = "clusters"
    required: ClassVar[bool] = False
    kind: Literal["cluster", "chain"] = Field(description="cluster, or a chain inside one")
    parent: Slug | None = Field(default=None, description="cluster that a chain belongs to")


class Account(Named):
    """A quota account of the replacement ledger."""

    title: ClassVar[str] = "accounts"
    required: ClassVar[bool] = False
    group: Slug = Field(description="capacity group, key into groups.csv")
    note: str = Field(default="", description="reason")


class Ratio(Named):
    """A class of replacement ratio."""

    title: ClassVar[str] = "ratios"
    required: ClassVar[bool] = False


class Clause(Named):
    """A rule of the plan or of national policy that can bind."""

    title: ClassVar[str] = "clauses"
    required: ClassVar[bool] = False
    rule: Slug = Field(description="rule of the formulation that states it")
    subject: Slug = Field(description="group, cluster, account or measure of value that it is about")
    place: Text = Field(description="where it stands in the document")
    wording_zh: Text = Field(description="the document's words, Chinese")
    wording_en: Text = Field(description="the document's words, English")
    target: bool = Field(description="a target (may be missed in a closest run) or a hard limit")
    active: bool = Field(description="part of the plan; others are switched on by scenarios")
    source: Slug = Field(description="key into sources.csv")
    place_en: str = Field(default="", description="where it stands, English; empty: as in place")


class Indicator(Named, Graded):
    """An indicator of the plan's box 1."""

    title: ClassVar[str] = "indicators"
    required: ClassVar[bool] = False
    category_zh: Text = Field(description="category, Chinese")
    category_en: Text = Field(description="category, English")
    unit_zh: Text = Field(description="unit as printed, Chinese")
    unit_en: Text = Field(description="unit, English")
    value_2020: Number = Field(description="2020")
    value_2025: Number = Field(description="expected 2025")
    growth: Number | None = Field(default=None, description="stated mean growth, % a year")
    clause: Slug | None = Field(default=None, description="clause that states it; empty: outside the model")


class Inconsistency(Row):
    """Two places of the plan that do not agree, and what the model does."""

    title: ClassVar[str] = "inconsistencies"
    required: ClassVar[bool] = False
    id: Slug = Field(description="identifier")
    topic_zh: Text = Field(description="topic, Chinese")
    topic_en: Text = Field(description="topic, English")
    statement_a: Text = Field(description="first statement")
    statement_b: Text = Field(description="second statement")
    difference: Text = Field(description="difference")
    choice_zh: Text = Field(description="what the model does, Chinese")
    choice_en: Text = Field(description="what the model does, English")
    source: Slug = Field(description="key into sources.csv")


class Replay(Named, Graded):
    """A number that the base year must reproduce, or a published cross-check."""

    title: ClassVar[str] = "replay"
    required: ClassVar[bool] = False
    kind: Literal["gate", "check"] = Field(description="gate: must hold; check: shown with its explanation")
    quantity: Text = Field(description="make:GROUP, value:MEASURE, emissions:SECTOR, direct:SECTOR or fuel:SECTOR, + to add")
    value: Number = Field(description="number to reproduce")
    unit: Text = Field(description="unit, from units.csv")
    tolerance: Annotated[float, Field(ge=0, lt=1)] = Field(description="relative tolerance")
    reason_zh: Text = Field(description="why this tolerance or difference, Chinese")
    reason_en: Text = Field(description="why this tolerance or difference, English")


class Fact(Graded):
    """One number: what it is about, which parameter, its unit, range, grade and source."""

    key: ClassVar[tuple[str, ...]] = ("subject", "parameter", "item", "path", "year")
    required: ClassVar[bool] = False
    title: ClassVar[str] = "facts"
    subject: Place = Field(description="what the fact is about")
    parameter: Slug = Field(description="parameter, see parameters.py")
    item: Place | None = Field(default=None, description="good or emission source that it concerns")
    path: Slug | None = Field(default=None, description="name of the future that it belongs to; empty: all")
    year: Year | None = Field(default=None, description="year; empty: every year")
    value: Number = Field(description="number")
    unit: Text = Field(description="unit, from units.csv, simple or a ratio")
    low: Number | None = Field(default=None, description="low end of the range")
    high: Number | None = Field(default=None, description="high end of the range")


ENTITIES: tuple[type[Row], ...] = (
    SourceRow, District, Good, Group, Line, Configuration, Transition, Companion, Measure, Segment, Cluster,
    Account, Ratio, Clause, Indicator, Inconsistency, Replay,
)  # fmt: skip
FACTS: dict[str, str] = {
    "line_facts": "lines",
    "configuration_facts": "configurations",
    "transition_facts": "transitions",
    "measure_facts": "measures",
    "good_facts": "goods",
    "segment_facts": "segments",
    "group_facts": "groups",
    "quota_facts": "accounts",
    "clause_facts": "clauses",
    "city_facts": "city",
}
TABLES: dict[str, type[Row]] = {row.title: row for row in ENTITIES} | dict.fromkeys(FACTS, Fact)
