"""The charting library as one script: Vega, Vega-Lite and Vega-Embed, bundled by the installed vl-convert-python; nothing is fetched."""

from functools import cache

LICENCE = "/* Vega, Vega-Lite, Vega-Embed: BSD-3-Clause, University of Washington Interactive Data Lab and contributors */"

SNIPPET = "window.vegaEmbed = vegaEmbed;"


@cache
def chart_library() -> str:
    """JavaScript that defines ``vegaEmbed``; about 0.9 MB, made in about two seconds and kept for the process."""
    import vl_convert

    return f"{LICENCE}\n{vl_convert.javascript_bundle(SNIPPET)}"
