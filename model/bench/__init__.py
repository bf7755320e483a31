"""The run book: instances x solver configurations x seeds x repeats, each in a child process of its own, and what they show."""

from model.bench.book import Listener, Settings, read_book, run_book, write_book
from model.bench.compare import Growth, Ratio, exponent, grown, growth, profile, ratios, slowness, summary
from model.bench.configurations import CONFIGURATIONS, Configuration, chosen, lacking
from model.bench.grow import Sizes, measure_growth

__all__ = [
    "CONFIGURATIONS",
    "Configuration",
    "Growth",
    "Listener",
    "Ratio",
    "Settings",
    "Sizes",
    "chosen",
    "exponent",
    "grown",
    "growth",
    "lacking",
    "measure_growth",
    "profile",
    "ratios",
    "read_book",
    "run_book",
    "slowness",
    "summary",
    "write_book",
]  # fmt: skip
