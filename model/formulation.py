"""The formulation page, generated from the docstrings of rules and objectives and from the schema."""

import inspect
import re

from model.objective import OBJECTIVES
from model.rules import RULES
from model.schema import DECISIONS, LEDGERS, PROBLEM, Array

HEAD = """# Formulation

Generated from the code by `python run.py math`; do not edit. Every rule is one file in `model/rules/` of the same name,
states its math here, and has a golden LP text, a hand-summed case and a twin in the examiner.

Indices: l line, k configuration, a arc (transition), m measure, g good or group, s segment or source, c clause, t model year;
t0 is the base year, t- the model year before t.
"""


def _symbols(title: str, arrays: dict[str, Array]) -> str:
    rows = [f"| `{name}` | {', '.join(spec.dims) or '-'} | {spec.unit} | {spec.en} | {spec.zh} |" for name, spec in arrays.items()]
    return "\n".join([f"## {title}", "", "| name | dims | unit | meaning | 含义 |", "|---|---|---|---|---|", *rows, ""])


def _displayed(text: str) -> str:
    """A docstring with its math directive as a display formula."""
    return re.sub(r"\.\. math::\s+((?:.+\n?)+)", lambda found: f"$$\n{' '.join(found[1].split())}\n$$\n", inspect.cleandoc(text))


def formulation() -> str:
    """The page as Markdown."""
    parts = [HEAD, _symbols("Decisions", DECISIONS), "## Objectives, in stages\n"]
    parts += [f"### {goal}\n\n{_displayed(inspect.getdoc(function) or '')}\n" for goal, function in OBJECTIVES.items()]
    parts.append("## Rules\n")
    for number, room in enumerate(RULES, start=1):
        name = room.__name__.rsplit(".", 1)[-1]
        parts.append(f"### {number}. {name}\n\n{_displayed(room.__doc__ or '')}\n")
    parts += [_symbols("Inputs of a problem", PROBLEM), _symbols("Ledgers of a result", LEDGERS)]
    return "\n".join(parts).rstrip() + "\n"
