"""Metrics, resampling and tests: pure functions on arrays."""
