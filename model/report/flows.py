"""Sankey diagrams of energy, of materials and of carbon in one year: nodes and links, laid out so that the page only draws.

Energy flows reconcile with the ledger: the links out of fuels and power add up to the calorific value used. So do carbon flows: what
enters the boundaries adds up to the emissions.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from model.names import SOURCES_IN, GoodKind, Scope, Source
from model.report.use import labels_of, line_use, made, segment_use
from model.store import Stored
from model.units import UNITS

GAP = 0.031
"""Space between two nodes of a column, share of the height."""
PLACES = 5
"""Decimals of places in the unit square: a hundredth of a pixel."""
LEAST = 1e-3
"""Links below this share of the largest are left out."""
SALES, PURCHASES = "outside:sales", "outside:purchases"
"""What is sold outside; products that are bought outside although they are made here too."""
MASS = "10kt"
CASE = 0.05
"""10 kt in 10 000 weight cases of 50 kg."""


@dataclass(frozen=True)
class Link:
    """One ribbon: from, to, amount."""

    source: str
    target: str
    amount: float


def energy_links(stored: Stored, year: int) -> list[Link]:
    """Fuels and power -> sectors and clusters, calorific value, 10 000 tce."""
    heat = stored.inputs["calorific"].values / UNITS["10k tce"][1]
    sector, cluster = labels_of(stored, "line", "sector"), labels_of(stored, "segment", "cluster")
    totals: dict[tuple[str, str], float] = defaultdict(float)
    for frame, kind, owner in ((line_use(stored, year), "sector", sector), (segment_use(stored, year), "cluster", cluster)):
        table = (frame * heat).groupby(frame.index.map(owner)).sum()
        for place, row in table.iterrows():
            for good, amount in row.items():
                totals[(f"good:{good}", f"{kind}:{place}")] += float(amount)
    return _links(totals)


def material_links(stored: Stored, year: int, units: dict[str, str]) -> list[Link]:
    """Materials and products -> what is made of them -> clusters and sales outside, 10 kt; ``units`` gives each good's unit."""
    totals: dict[tuple[str, str], float] = defaultdict(float)
    kinds = labels_of(stored, "good", "kind")
    scale = {good: _mass(kind, units[good.split("@")[0]]) for good, kind in kinds.items()}
    for product, row in made(stored, year).iterrows():
        if not scale[str(product)]:
            continue
        for good, amount in row.items():
            totals[(f"good:{good}", f"good:{product}")] += float(amount) * scale[str(good)]
    cluster = labels_of(stored, "segment", "cluster")
    frame = segment_use(stored, year)
    for place, row in frame.groupby(frame.index.map(cluster)).sum().iterrows():
        for good, amount in row.items():
            totals[(f"good:{good}", f"cluster:{place}")] += float(amount) * scale[str(good)]
    for good, sold, bought in zip(kinds, *(stored.result[name].values[:, year].tolist() for name in ("sell", "buy")), strict=True):
        totals[(f"good:{good}", SALES)] += sold * scale[good]
        if kinds[good] == GoodKind.PRODUCT:
            totals[(PURCHASES, f"good:{good}")] += bought * scale[good]
    return _links(totals)


def carbon_links(stored: Stored, year: int) -> list[Link]:
    """Sources of emissions -> who emits -> the boundary in which they count first, 10 kt CO2e; bought goods -> imports -> theirs."""
    totals: dict[tuple[str, str], float] = defaultdict(float)
    boundary = {str(source): str(next(scope for scope in Scope if source in SOURCES_IN[scope])) for source in Source}
    sources = stored.result["source"].values.tolist()
    emitters = {f"sector:{name}": values for name, values in zip(stored.result["sector"].values.tolist(),
                stored.result["sector_emission"].values[:, :, year], strict=True)}  # fmt: skip
    emitters["sector:segments"] = stored.result["segment_emission"].values[:, :, year].sum(axis=0)
    for emitter, values in emitters.items():
        for source, amount in zip(sources, values.tolist(), strict=True):
            totals[(f"source:{source}", emitter)] += amount
            totals[(emitter, f"scope:{boundary[source]}")] += amount
    for good, amount in zip(stored.result["good"].values.tolist(), stored.result["import_emission"].values[:, year].tolist(), strict=True):
        totals[(f"good:{good}", "sector:imports")] += amount
        totals[("sector:imports", f"scope:{Scope.THREE}")] += amount
    return _links(totals)


def _mass(kind: str, unit: str) -> float:
    """10 kt per unit of a good; 0 for fuels, power and what is not weighed."""
    return {MASS: 1.0, "10k wc": CASE}.get(unit, 0.0) if kind in (GoodKind.MATERIAL, GoodKind.PRODUCT) else 0.0


def _links(totals: dict[tuple[str, str], float]) -> list[Link]:
    """Links worth drawing; a negative use is a by-product and runs the other way."""
    largest = max((abs(amount) for amount in totals.values()), default=0.0)
    kept = [(pair, amount) for pair, amount in sorted(totals.items()) if abs(amount) > LEAST * largest and pair[0] != pair[1]]
    return [Link(*(pair if amount > 0 else pair[::-1]), abs(amount)) for pair, amount in kept]


def _columns(links: list[Link]) -> dict[str, int]:
    """Column of each node: its longest way from a source; a circle of by-products is cut where it closes."""
    names = sorted({link.source for link in links} | {link.target for link in links})
    column = dict.fromkeys(names, 0)
    for _ in names:
        moved = False
        for link in links:
            if column[link.target] <= column[link.source] < len(names) - 1 and column[link.source] < 6:
                column[link.target] = column[link.source] + 1
                moved = True
        if not moved:
            break
    last = max(column.values(), default=0)
    leaving = {link.source for link in links}
    return {name: (place if name in leaving else last) for name, place in column.items()}


def layout(links: list[Link]) -> dict[str, Any]:
    """Places of nodes and ribbons in the unit square: x0, y0, y1 of nodes; both ends and the thickness of links."""
    if not links:
        return {"nodes": [], "links": [], "columns": 0}
    column = _columns(links)
    size = {name: max(sum(link.amount for link in links if link.source == name),
                      sum(link.amount for link in links if link.target == name)) for name in column}  # fmt: skip
    members = {place: sorted((name for name in column if column[name] == place), key=lambda name: -size[name])
               for place in sorted(set(column.values()))}  # fmt: skip
    gap = min(GAP, 0.5 / max(map(len, members.values())))
    scale = min((1 - gap * (len(names) - 1)) / sum(size[name] for name in names) for names in members.values())
    top: dict[str, float] = {}
    for place, names in members.items():
        ordered = names if place == 0 else sorted(names, key=lambda name: _pull(name, links, top, size, scale))
        at = (1 - scale * sum(size[name] for name in ordered) - gap * (len(ordered) - 1)) / 2
        for name in ordered:
            top[name] = at
            at += scale * size[name] + gap
    starts = _ends(sorted(links, key=lambda link: (top[link.source], top[link.target])), top, scale, "source")
    stops = _ends(sorted(links, key=lambda link: (top[link.target], top[link.source])), top, scale, "target")
    ribbons = [
        {"source": link.source, "target": link.target, "amount": link.amount,
         "y0": starts[link], "y1": stops[link], "w": scale * link.amount}
        for link in sorted(links, key=lambda link: (top[link.source], top[link.target]))
    ]  # fmt: skip
    nodes = [{"id": name, "column": column[name], "y0": top[name], "y1": top[name] + scale * size[name], "amount": size[name]}
             for name in sorted(column)]  # fmt: skip
    return {"nodes": nodes, "links": ribbons, "columns": max(column.values()) + 1}


def compact(laid: dict[str, Any]) -> dict[str, Any]:
    """A layout as the document holds one of every year: lists instead of mappings, and places that are rounded.

    Nodes: id, column, y0, y1, amount. Links: source and target as places of nodes, amount, y0, y1, w.
    """
    place = {node["id"]: number for number, node in enumerate(laid["nodes"])}
    nodes = [[node["id"], node["column"], *_places(node, "y0", "y1"), node["amount"]] for node in laid["nodes"]]
    links = [[place[link["source"]], place[link["target"]], link["amount"], *_places(link, "y0", "y1", "w")] for link in laid["links"]]
    return {"columns": laid["columns"], "nodes": nodes, "links": links}


def _places(drawn: dict[str, Any], *parts: str) -> list[float]:
    return [round(float(drawn[part]), PLACES) for part in parts]


def _ends(links: list[Link], top: dict[str, float], scale: float, side: str) -> dict[Link, float]:
    """Upper edge of each ribbon at one side: ribbons stack inside their node in the order given."""
    filled = dict(top)
    found = {}
    for link in links:
        node = getattr(link, side)
        found[link] = filled[node]
        filled[node] += scale * link.amount
    return found


def _pull(name: str, links: list[Link], top: dict[str, float], size: dict[str, float], scale: float) -> float:
    """Mean height of what a node is fed from, so that ribbons cross little."""
    feeding = [
        (link.amount, top[link.source] + scale * size[link.source] / 2) for link in links if link.target == name and link.source in top
    ]
    weight = sum(amount for amount, _ in feeding)
    return sum(amount * height for amount, height in feeding) / weight if weight else 1.0
