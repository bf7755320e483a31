"""Scenarios side by side, the difference between them by cause, and what each measure saves at what cost; nothing is solved here."""

from model.compare.abatement import abatement
from model.compare.attribution import attribution, explained, wedges
from model.compare.curve import joined_curves, system_curve
from model.compare.picture import picture
from model.compare.side import (
    Difference,
    Interval,
    Mismatch,
    Results,
    common_years,
    comparison,
    differences,
    interval,
    mismatches,
    overlapping,
    ranks,
)
from model.compare.terms import IMPORTS, SEGMENTS, Term

__all__ = [
    "IMPORTS", "SEGMENTS", "Difference", "Interval", "Mismatch", "Results", "Term", "abatement", "attribution",
    "common_years", "comparison", "differences", "explained", "interval", "joined_curves", "mismatches", "overlapping", "picture",
    "ranks", "system_curve", "wedges",
]  # fmt: skip
