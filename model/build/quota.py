"""Sets and parameters of the replacement ledger: windows (account, since, until), and what each step debits and credits."""

import numpy as np
import numpy.typing as npt

from model.build.clauses import binding
from model.build.declare import Draft, Values
from model.build.keys import Codes, Column, Keys, column, joined, matches, places

Numbers = npt.NDArray[np.float64]


def declare_quota(draft: Draft) -> None:
    """Quota at hand, windows, debits by year and credits."""
    years = np.array(draft.labels.names("year"), dtype=float)
    debit, debited = _debit(draft)
    credit, credited = _credit(draft)
    windows = _windows(draft, set(debited.labels()))
    draft.add_set("windows", windows)
    draft.add_values("debit", debit)
    draft.add_values("credit", credit)
    draft.add_set("endowment_index", draft.labels.of("account"))
    draft.add_array("endowment", "endowment_index")
    account, since, until = (part.codes for part in windows.columns)
    window, its = matches(account, debited.codes)
    when = debit.keys.columns[2].codes[its]
    inside = (years[since][window] < years[when]) & (years[when] <= years[until][window])
    draft.add_groups("debits", "windows", windows.take(window[inside]), debit.keys.take(its[inside]))
    window, its, when = _with_years(*matches(account, credited.codes), len(years))
    oldest = years[since] - draft.values("lapse")[account]
    inside = (oldest[window] < years[when]) & (years[when] <= years[until][window])
    earned = joined(credit.keys.take(its), Keys((Column(draft.labels.names("year"), when),)))
    draft.add_groups("credits", "windows", windows.take(window[inside]), earned.take(inside))


def _with_years(window: Codes, its: Codes, count: int) -> tuple[Codes, Codes, Codes]:
    """Every pair with every planning year."""
    each = max(count - 1, 0)
    return np.repeat(window, each), np.repeat(its, each), np.tile(np.arange(1, count, dtype=np.int32), len(window))


def _account(draft: Draft, name: str, arcs: Codes) -> Column:
    """The account of each arc, which has one."""
    labels = draft.values(name)[arcs].tolist()
    return column(labels, draft.labels.names("account"))


def _side(draft: Draft, side: str, account: str) -> tuple[Keys, Numbers]:
    """Steps that an account counts, and the listed capacity on one side of each."""
    steps = draft.labels.of("step")
    steps = steps.take((draft.values(account) != "")[steps.columns[1].codes])
    line, arc = steps.columns
    ends = Keys((line, arc.through(draft.labels.column(side, "configuration"))))
    return steps, draft.values("capacity")[places(draft.labels.of("state"), ends)]


def _debit(draft: Draft) -> tuple[Values, Column]:
    """Quota that each step needs, by planning year, and its account."""
    steps, capacity = _side(draft, "arc_end", "arc_debits")
    later = draft.labels.of("year").take(np.arange(1, draft.x.sizes["year"]))
    own, when = np.divmod(np.arange(len(steps) * len(later)), max(len(later), 1))
    arc, year = steps.columns[1].codes[own], later.columns[0].codes[when]
    found = joined(steps.take(own), later.take(when))
    return Values(found, draft.values("ratio")[arc, year] * capacity[own]), _account(draft, "arc_debits", arc)


def _credit(draft: Draft) -> tuple[Values, Column]:
    """Quota that each step earns, and its account."""
    steps, capacity = _side(draft, "arc_start", "arc_credits")
    return Values(steps, capacity), _account(draft, "arc_credits", steps.columns[1].codes)


def _windows(draft: Draft, touched: set[str]) -> Keys:
    """Windows that end where the clause binds; quota that never lapses needs only those from the base year."""
    bound = {(subject, year) for _, subject, year in binding(draft, "replacement").labels()}
    accounts, years = draft.labels.names("account"), draft.labels.names("year")
    lapses = np.isfinite(draft.values("lapse"))
    rows = [(a, s, u) for a, account in enumerate(accounts) if account in touched for u, until in enumerate(years)
            if (account, until) in bound for s in range(u) if s == 0 or lapses[a]]  # fmt: skip
    codes = np.array(rows, dtype=np.int32).reshape(-1, 3)
    return Keys((Column(accounts, codes[:, 0]), Column(years, codes[:, 1]), Column(years, codes[:, 2])))
