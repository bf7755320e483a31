"""The live page: the report's page with further scripts and no scenario yet; it fetches these from its own server only."""

from collections.abc import Sequence
from importlib.resources import files

from model.explorer.fields import path_names
from model.language import Language, read_catalogue
from model.report import payload, render
from model.report.page import Live
from model.tables import Tables

SCRIPTS = ("ask", "library", "trial", "jobs", "asking", "facts", "places", "live")
"""The live page's own scripts, after those of the report."""
SPOKEN = ("explore_", "key_", "task_", "lever_", "step_", "goal_", "future_")


def _asset(name: str) -> str:
    return (files("model.explorer") / "assets" / name).read_text(encoding="utf-8")


def shell(tables: Tables, chosen: Sequence[str], language: Language | None = None) -> str:
    """The page; ``chosen`` are the results that it opens first, ``explains`` whether infeasible settings can be explained."""
    document = payload([], tables)
    document["texts"] |= {key: [text["zh"], text["en"]] for key, text in read_catalogue().items() if key.startswith(SPOKEN)}
    texts = document["texts"]
    texts |= {"page_title": texts["explore_title"], "page_footer": texts["explore_footer"]}
    document["live"] = {"chosen": list(chosen), "paths": path_names(tables)}
    return render(document, language, Live("\n".join(_asset(f"{name}.js") for name in SCRIPTS), _asset("live.css")))
