"""A test suite for the analysis: what is known to go wrong, looked for in the tables."""
