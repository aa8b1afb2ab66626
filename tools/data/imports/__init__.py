"""Importing the planner's files: CSV, Excel and Parquet into any table of the records."""

from tools.data.imports.cells import Options
from tools.data.imports.files import Limits
from tools.data.imports.importing import Progress, import_file
from tools.data.imports.report import ColumnQuality, ImportReport, Problem, RejectedFile
from tools.data.imports.tables import TABLES

__all__ = [
    "TABLES",
    "ColumnQuality",
    "ImportReport",
    "Limits",
    "Options",
    "Problem",
    "Progress",
    "RejectedFile",
    "import_file",
]
