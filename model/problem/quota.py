"""Arrays of the replacement ledger and of the yearly pace."""

import numpy as np

from model.facts import FactBook
from model.language import told
from model.problem.network import Network
from model.problem.sheet import Sheet
from model.units import measure


def write_quota(sheet: Sheet, network: Network, book: FactBook, classes: list[str]) -> None:
    """Fill ratio by arc, endowment and lapse by account, pace by group."""
    ratio = sheet.new("ratio")
    for arc in network.arcs.values():
        if arc.debits and arc.ratio in classes:
            found = book.series("quota_facts", arc.ratio, "ratio")
            if found is None:
                book.faults.add("quota_facts.csv", told("class_without_ratio", ratio=arc.ratio), column="subject")
                continue
            ratio[sheet.at("arc", arc.id)] = found
    endowment, lapse = sheet.new("endowment"), sheet.new("lapse", np.inf)
    for account in sheet.labels["account"]:
        position = sheet.at("account", account)
        group = next(iter({network.lines[line].group for line, arc in network.steps
                           if str(account) in (network.arcs[arc].debits, network.arcs[arc].credits)}), None)  # fmt: skip
        dimension = measure(book.groups[group].unit).dimensions[0] if group else "mass"
        if group:
            endowment[position] = book.number("quota_facts", str(account), "endowment", group=dimension)
        years = book.number("quota_facts", str(account), "lapse")
        lapse[position] = np.inf if np.isnan(years) else years
    for name in ("pace_moves", "pace_retrofits"):
        pace = sheet.new(name, np.inf)
        for group_label in sheet.labels["group"]:
            share = book.number("group_facts", str(group_label), name)
            pace[sheet.at("group", group_label)] = np.inf if np.isnan(share) else share
