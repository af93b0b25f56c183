"""Sections of the page of numbers."""
