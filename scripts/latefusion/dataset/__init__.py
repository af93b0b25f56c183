"""Classes, groups, identifiers, duplicates and partitions of the items."""
