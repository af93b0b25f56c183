"""Fusion rules, one a file; the file's name is the rule's name in the configuration."""
