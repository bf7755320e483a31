"""The page: one HTML file that holds its style, its script, the charting library and the document of results; it requests nothing."""

import base64
import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from model.language import Language, Speaker
from model.report.bundle import chart_library
from model.report.payload import packed

SCRIPTS = ("unpack", "state", "element", "card", "headline", "answers", "paths", "wedges", "lines", "inside", "flows", "curve", "studies",
           "futures", "evidence", "start")  # fmt: skip
"""The client's scripts in the order in which they need each other."""
BEGIN = "begin.js"
"""The script that begins the static page."""


def _asset(name: str) -> str:
    return (files("model.report") / "assets" / name).read_text(encoding="utf-8")


def script_text(text: str) -> str:
    """A script that cannot end its element early."""
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")


@dataclass(frozen=True)
class Live:
    """What makes the page live: further scripts, of which the last one begins, and further style. It may ask its own server."""

    script: str
    style: str


def client_script(further: str = "") -> str:
    """The client as one strict script with a scope of its own; ``further`` scripts begin it in their own way."""
    return '"use strict";\n(async () => {\n' + "\n".join(_asset(f"{name}.js") for name in SCRIPTS) + (further or _asset(BEGIN)) + "})();\n"


def policy(*scripts: str, asks: bool = False) -> str:
    """Content security policy: only these scripts, by their hashes; no frame, no form, no request (``asks``: its own server only)."""
    asked = "connect-src 'self'" if asks else "connect-src 'none'"
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts)
    return f"default-src 'none'; {asked}; script-src {hashes}; style-src 'unsafe-inline'; " + (
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def render(document: dict[str, Any], language: Language | None = None, live: Live | None = None) -> str:
    """The page of a document; ``language`` is the first one shown (none: the browser's); ``live`` scripts may fetch further results."""
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    library, script = script_text(chart_library()), script_text(client_script(live.script if live else ""))
    zh, en = Speaker(Language.ZH), Speaker(Language.EN)
    return environment.from_string(_asset("page.html.j2")).render(
        language=str(language or Language.EN),
        fixed=language is not None,
        policy=policy(library, script, asks=live is not None),
        version=document["version"],
        title=f"{zh('page_title')} · {en('page_title')}",
        noscript_zh=zh("page_noscript"),
        noscript_en=en("page_noscript"),
        old_zh=zh("page_old_browser"),
        old_en=en("page_old_browser"),
        # all four are texts of this program, of the installed library, or base64
        style=Markup(_asset("page.css") + (live.style if live else "")),  # noqa: S704
        payload=Markup(packed(document)),  # noqa: S704
        library=Markup(library),  # noqa: S704
        script=Markup(script),  # noqa: S704
    )
