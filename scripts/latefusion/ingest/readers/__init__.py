"""Readers of the formats that a table may come in, one a file; `opening` picks by the first bytes."""
