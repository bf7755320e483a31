"""Places of goods: a city-wide good is its own place, an on-site good has one place per site (``good@site``)."""

from model.contract import FACTS, Configuration, Fact, Good, Line, Transition
from model.problem.network import reach
from model.tables import Tables


def place_of(good: str, site: str, on_site: set[str]) -> str:
    """The place of a good as seen from a site; a place that names its site is taken as it is."""
    return f"{good}@{site}" if good in on_site else good


def places(tables: Tables) -> list[str]:
    """All places: city-wide goods, and on-site goods at every site that makes, uses or demands them; sorted."""
    on_site = {row.id for row in tables.of(Good) if row.on_site}
    found = {row.id for row in tables.of(Good)} - on_site
    reached = _configurations(tables)
    made = {row.id: row.good for row in tables.of(Configuration) if row.good}
    used: dict[str, list[str]] = {}
    facts: list[Fact] = [fact for table in FACTS for fact in tables.facts(table)]
    for fact in facts:
        if fact.item and fact.parameter == "use":
            used.setdefault(fact.subject, []).append(fact.item)
    for line in tables.of(Line):
        for configuration in reached[line.id]:
            touched = [*used.get(configuration, ()), *used.get(line.id, ())]
            touched += [made[configuration]] if configuration in made else []
            found |= {place_of(good, line.site, on_site) for good in touched if good.split("@")[0] in on_site}
    found |= {fact.subject for fact in facts if "@" in fact.subject}
    found |= {fact.item for fact in facts if fact.item and "@" in fact.item}
    return sorted(found)


def _configurations(tables: Tables) -> dict[str, set[str]]:
    """Configurations that each line could ever reach, whatever the scenario allows."""
    arcs = list(tables.of(Transition))
    lines = tables.of(Line)
    return {row.id: reach(row.configuration, [arc for arc in arcs if row.id in arc.applies or row.family in arc.applies]) for row in lines}
