"""Regret: what each of several plans loses against the best answer to each of several futures, and which plan loses least at worst."""

from model.regret.answers import Choice, Regret, choose, regret_of
from model.regret.plans import Candidate, candidate_of, stored_candidate
from model.regret.study import Case, State, regrets
from model.regret.worlds import Future, drawn_futures, stated_futures

__all__ = [
    "Candidate", "Case", "Choice", "Future", "Regret", "State", "candidate_of", "choose", "drawn_futures", "regret_of", "regrets",
    "stated_futures", "stored_candidate",
]  # fmt: skip
