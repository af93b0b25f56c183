"""Regressors of continuous targets: what a view learns them by."""
