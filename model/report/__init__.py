"""Results as one page: ``payload`` makes one JSON document of them, ``render`` puts it into one self-contained HTML file.

The client in ``assets`` only draws; the same document and client serve the live page.
"""

from model.report.ground import in_order
from model.report.page import render
from model.report.payload import payload

__all__ = ["in_order", "payload", "render"]
