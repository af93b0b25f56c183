"""Errors, jobs, seeds and threads: what every room stands on."""
