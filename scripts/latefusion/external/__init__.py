"""Probabilities and models that come from elsewhere."""
