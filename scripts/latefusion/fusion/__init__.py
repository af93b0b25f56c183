"""The contract of a fusion rule, what rules are made of, and running them."""
