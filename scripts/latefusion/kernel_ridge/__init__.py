"""Kernel ridge regression: every penalty of a grid and every fold on one Gram matrix."""
