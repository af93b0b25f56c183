"""Predictions of continuous targets, judged: one result table a file."""
