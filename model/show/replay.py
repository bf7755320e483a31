"""The base-year replay as a table."""

from rich.table import Table

from model.contract import Inconsistency
from model.language import Speaker
from model.replay import Comparison
from model.show.text import number, plain, table


def inconsistency_table(rows: tuple[Inconsistency, ...], say: Speaker) -> Table:
    """Two places of the plan that do not agree, and the choice made."""
    shown = table(say("head_inconsistent"), [say(f"col_{name}") for name in ("topic", "first", "second", "choice")])
    for row in rows:
        choice = say.pick(row.choice_zh, row.choice_en)
        shown.add_row(plain(say.pick(row.topic_zh, row.topic_en)), plain(row.statement_a), plain(row.statement_b), plain(choice))
    return shown


def replay_table(compared: list[Comparison], say: Speaker) -> Table:
    """Each number: asked, found, difference, tolerance, verdict, reason."""
    columns = [say(f"col_{name}") for name in ("item", "statistic", "found", "difference", "tolerance", "state", "grade", "reason")]
    shown = table(say("head_replay"), columns)
    for item in compared:
        row = item.row
        verdict = say("shown") if row.kind == "check" else say("passed" if item.passed else "failed")
        style = "red" if row.kind == "gate" and not item.passed else ""
        shown.add_row(
            plain(say.pick(row.name_zh, row.name_en)), number(item.asked, 2), number(item.found, 2), f"{item.difference:+.2%}",
            f"{row.tolerance:.2%}", plain(verdict, style), str(row.grade), plain(say.pick(row.reason_zh, row.reason_en)),
        )  # fmt: skip
    return shown
