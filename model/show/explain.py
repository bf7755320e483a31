"""Why a scenario has no plan, in sentences an official reads, then the sums and the repairs."""

from collections.abc import Iterable, Sequence

import numpy as np
from rich.console import RenderableType
from rich.table import Table

from model.contract import Account, Clause
from model.explain import Conflict, Explanation, Repair
from model.explain.levers import Step
from model.explain.provisions import Provision, joined
from model.language import Speaker, clean
from model.show.text import number, plain, table
from model.units import measure, read_names

NAMED = 4
"""Names listed in a sentence at most; the others are counted."""
DIM_OF = {
    "growth_most": "segment", "growth_least": "segment", "supply": "good", "sales": "good", "demand": "good", "availability": "group",
    "minimum_load": "configuration", "pace_moves": "group", "pace_retrofits": "group", "end_of_life": "line",
}  # fmt: skip
"""What the subjects of a fact's family are."""
DIM_OF_TABLE = {
    "segment_facts": "segment", "good_facts": "good", "configuration_facts": "configuration", "group_facts": "group",
    "line_facts": "line", "clause_facts": "clause", "clauses": "clause", "pace": "group",
}  # fmt: skip
GROWTH = ("growth_most", "growth_least")
UPPER = ("capacity_cap", "energy_intensity")


class Teller:
    """Says an explanation in one language."""

    def __init__(self, found: Explanation, say: Speaker) -> None:
        self.found, self.say = found, say
        self.clauses = {row.id: row for row in found.levers.tables.of(Clause)}
        self.accounts = {row.id: say.pick(row.name_zh, row.name_en) for row in found.levers.tables.of(Account)}
        problem = found.problem
        self.names = {
            dim: dict(zip(problem[dim].values.tolist(), problem[say.pick(f"{dim}_zh", f"{dim}_en")].values.tolist(), strict=True))
            for dim in ("clause", "segment", "good", "group", "line", "configuration")
        }
        self.years = problem["year"].values.tolist()

    def unit(self, unit: str) -> str:
        """A unit's name; shares are per cent."""
        name = "%" if unit in ("1", "%") else self.say.pick(*read_names().get(unit, (unit, unit)))
        return f"({name})" if name[:1].isdigit() else name

    def value(self, value: float, unit: str) -> str:
        """A number in its unit, shares as per cent; as many digits as it needs."""
        shown = value * 100 if unit == "1" else value
        digits = 0 if abs(shown - round(shown)) < 1e-9 else 1 if abs(shown) >= 100 else 2
        return number(shown, digits)

    def listed(self, names: Sequence[str]) -> str:
        """Names in a row, the first few."""
        joint = self.say("explain_and")
        shown = joint.join(dict.fromkeys(names[:NAMED]))
        return shown if len(names) <= NAMED else self.say("explain_and_more", names=shown, count=len(names) - NAMED)

    def span(self, years: Iterable[int | None]) -> str:
        """Years as a range."""
        known = sorted({year for year in years if year is not None})
        if not known:
            return self.say("explain_all_years")
        return str(known[0]) if len(known) == 1 else self.say("explain_range", first=known[0], last=known[-1])

    def asks(self, conflict: Conflict) -> str:
        """What each colliding provision asks or allows, clauses first."""
        chosen = [self.found.elastic.provisions[place] for place in conflict.provisions]
        families: dict[tuple[str, ...], list[Provision]] = {}
        for provision in chosen:
            if not provision.clause:
                key = (provision.family, *(() if provision.family in GROWTH else provision.subjects))
                families.setdefault(key, []).append(provision)
        parts = [self.clause(provision, self.year(conflict, provision)) for provision in chosen if provision.clause]
        parts += [self.fact(group, self.year(conflict, group[0])) for group in families.values()]
        return self.say("explain_semicolon").join(parts)

    def year(self, conflict: Conflict, provision: Provision) -> int:
        """The last year of a conflict in which a provision says something."""
        years = [year for year in conflict.years if self.years.index(year) in provision.years]
        return years[-1] if years else self.years[max(provision.years, default=-1)]

    def clause(self, provision: Provision, year: int) -> str:
        """What a clause asks or allows."""
        row = self.clauses[provision.subjects[0]]
        unit = self.found.levers.unit(row.id)
        value = provision.value[self.years.index(year)] / measure(unit).factor
        return self.say(
            f"explain_{provision.family}", name=self.names["clause"][row.id], place=self.place(row), year=year,
            value=self.value(float(value), unit), unit=self.unit(unit),
        )  # fmt: skip

    def place(self, row: Clause) -> str:
        """Where a clause stands in its document."""
        return self.say.pick(row.place, row.place_en or row.place)

    def fact(self, group: list[Provision], year: int) -> str:
        """What facts of one family allow."""
        whole, family = joined(group), group[0].family
        names = [self.names[DIM_OF[family]].get(name, name) for name in whole.subjects] if family in DIM_OF else []
        value = float(whole.value[self.years.index(year)])
        unit = "100M CNY" if family in GROWTH or family.endswith("budget") else "1"
        if family in ("supply", "sales", "demand"):
            unit = self.found.levers.book.goods[whole.subjects[0].split("@")[0]].unit
            value /= measure(unit).factor
        return self.say(f"explain_{family}", names=self.listed(names), year=year, value=self.value(value, unit), unit=self.unit(unit))

    def best(self, place: int, conflict: Conflict) -> list[str]:
        """How far each colliding clause can be reached when it alone of its conflict gives way."""
        inside = {name for number in conflict.provisions for name in self.found.elastic.provisions[number].subjects}
        texts: dict[str, str] = {}
        for repair in self.found.repairs:
            steps = [step for step in repair.steps if step.subject in inside and step.table in ("clause_facts", "clauses")]
            moved = {step.subject for step in steps if step.parameter == "value"}
            if repair.conflict in (None, place) and len(moved) == 1 and len(steps) == len([s for s in repair.steps if s.subject in inside]):
                step = max(steps, key=lambda one: one.year or 0)
                texts.setdefault(step.subject, self.reach(step))
        return list(texts.values())

    def reach(self, step: Step) -> str:
        """How far a clause can be reached, and how much that is less than asked."""
        key = "explain_best_cap" if self.clauses[step.subject].rule in UPPER else "explain_best"
        return self.say(
            key, name=self.names["clause"][step.subject], best=self.value(step.after, step.unit), year=step.year or self.years[-1],
            gap=self.value(abs(step.after - step.before), step.unit), unit=self.unit(step.unit),
        )  # fmt: skip

    def words(self, conflict: Conflict) -> list[str]:
        """The colliding clauses in their document's own words."""
        rows = [self.clauses[provision.subjects[0]] for provision in (self.found.elastic.provisions[place] for place in conflict.provisions)
                if provision.clause]  # fmt: skip
        return [self.say("explain_words", place=self.place(row), words=self.say.pick(row.wording_zh, row.wording_en)) for row in rows]

    def steps(self, repair: Repair) -> str:
        """What a repair changes, in one line."""
        if repair.part:
            return self.say(f"explain_lift_{repair.part}")
        groups: dict[tuple[str, str], list[Step]] = {}
        for step in repair.steps:
            key = ("growth", step.parameter) if step.parameter in GROWTH else (step.parameter, step.subject)
            groups.setdefault(key, []).append(step)
        return self.say("explain_semicolon").join(self.step(steps) for steps in groups.values())

    def step(self, steps: list[Step]) -> str:
        """One number that changes, over its years; growth limits together."""
        last = max(steps, key=lambda one: one.year or 0)
        if last.parameter in GROWTH:
            sizes = [abs(step.after - step.before) / step.before for step in steps if step.before] or [0.0]
            key = "explain_change_growth" if last.parameter == "growth_most" else "explain_change_growth_least"
            low, high = f"{min(sizes):.1%}", f"{max(sizes):.1%}"
            return self.say(key, count=len({step.subject for step in steps}), year=self.span(step.year for step in steps),
                            share=low if low == high else self.say("explain_range", first=low, last=high))  # fmt: skip
        if last.parameter == "active":
            key = "explain_change_off_by" if last.before else "explain_change_off"
            amount = self.value(last.before / measure(last.unit).factor, last.unit)
            return self.say(key, name=self.names["clause"][last.subject], amount=amount, unit=self.unit(last.unit))
        before, after = (self.value(value, last.unit) for value in (last.before, last.after))
        years = self.span(step.year for step in steps)
        return self.say("explain_change", name=self.word(last), before=before, after=after, unit=self.unit(last.unit), year=years)

    def word(self, step: Step) -> str:
        """What a number is."""
        named = self.names.get(DIM_OF_TABLE.get(step.table, ""), {})
        name = named.get(step.subject, self.accounts.get(step.subject, step.subject))
        return name if step.parameter == "value" else self.say(f"explain_word_{step.parameter}", name=name)

    def conflict(self, place: int, conflict: Conflict) -> list[str]:
        """A conflict in a few sentences: heading, what collides, how far one can get, the document's words."""
        heading = self.say("explain_conflict", number=place, years=self.span(conflict.years))
        lines = self.listed([self.names["line"][line] for line in conflict.lines])
        if not conflict.provisions:
            return [heading, self.say("explain_outside", rules=", ".join(conflict.rules), lines=lines or "–")]
        key = "explain_collide_whole" if conflict.whole else "explain_collide" if len(conflict.provisions) > 1 else "explain_collide_alone"
        asks = self.asks(conflict)
        told = [text[:1].upper() + text[1:] for text in (self.say(key, asks=asks), *self.best(place - 1, conflict))]
        told += [self.say("explain_tied", lines=lines)] if conflict.lines else []
        return [heading, self.say.pick("", " ").join(told), *self.words(conflict)]

    def sums(self) -> Table | str:
        """Clauses that sums alone rule out."""
        failed = [one for one in self.found.sums if not one.possible]
        if not failed:
            return self.say("explain_sums_none")
        columns = [self.say("col_clause"), self.say("col_year"), self.say("explain_col_asked"), self.say("explain_col_best"),
                   self.say("col_unit"), self.say("explain_col_verdict")]  # fmt: skip
        made = table(self.say("explain_sums"), columns, right=1)
        for one in self.found.sums:
            if not one.floor and one.best == 0:
                continue
            unit = self.found.levers.unit(one.clause)
            factor = measure(unit).factor
            verdict = self.say("explain_sums_room" if one.possible else "explain_sums_none_left")
            made.add_row(plain(self.names["clause"][one.clause]), str(one.year), self.value(one.asked / factor, unit),
                         self.value(one.best / factor, unit) if np.isfinite(one.best) else "–", plain(self.unit(unit)),
                         plain(verdict, "" if one.possible else "red"))  # fmt: skip
        return made


def explanation_views(found: Explanation, name: str, say: Speaker) -> list[RenderableType]:
    """Everything that ``explain`` prints, in reading order."""
    if found.feasible:
        return [plain(say("explain_feasible", name=name), "green")]
    teller = Teller(found, say)
    views: list[RenderableType] = [plain(say("explain_head", name=name, count=len(found.conflicts)), "bold red")]
    for place, conflict in enumerate(found.conflicts, start=1):
        heading, *texts = teller.conflict(place, conflict)
        views += [plain(f"\n{heading}", "bold"), *(plain(text) for text in texts)]
    views.append(plain(f"\n{say('explain_repairs' if found.repairs else 'explain_no_repair')}", "bold"))
    views += [plain(text) for text in repair_lines(found, say)]
    sums = teller.sums()
    return [*views, plain(f"\n{sums}") if isinstance(sums, str) else sums]


def repair_lines(found: Explanation, say: Speaker) -> list[str]:
    """One line per repair."""
    teller = Teller(found, say)
    return [
        clean(teller.say(f"explain_repair_{repair.kind}", number=place, steps=teller.steps(repair)))
        for place, repair in enumerate(found.repairs, start=1)
    ]
