"""How figures and results are shown: words and numerals per language, and JSON for the page."""
