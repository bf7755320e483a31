"""Spreadsheets: results as a workbook and as IAMC tables, and the data tables of a folder out to Excel and back."""

from model.sheets.folder import write_tables
from model.sheets.iamc import uncovered
from model.sheets.inputs import export_inputs
from model.sheets.reading import import_inputs

__all__ = ["export_inputs", "import_inputs", "uncovered", "write_tables"]
