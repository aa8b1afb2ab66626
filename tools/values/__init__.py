"""Values as people write them, read by code: periods, durations, shares, money, quantities, dates.

The model points at words; these functions turn the words into values in English and Chinese, and
raise `tools.errors.InvalidInput` with one clear sentence when the words do not say one.
"""

from tools.values.changes import parse_change
from tools.values.dates import DateMatch, find_dates, parse_date
from tools.values.durations import find_durations, parse_delay, parse_duration
from tools.values.folding import fold
from tools.values.fractions import parse_fraction
from tools.values.money import Amount, find_amounts, parse_money
from tools.values.numbers import find_numbers, parse_number
from tools.values.periods import Period, parse_period
from tools.values.quantities import Quantity, find_quantities, parse_quantity

__all__ = [
    "Amount",
    "DateMatch",
    "Period",
    "Quantity",
    "find_amounts",
    "find_dates",
    "find_durations",
    "find_numbers",
    "find_quantities",
    "fold",
    "parse_change",
    "parse_date",
    "parse_delay",
    "parse_duration",
    "parse_fraction",
    "parse_money",
    "parse_number",
    "parse_period",
    "parse_quantity",
]
