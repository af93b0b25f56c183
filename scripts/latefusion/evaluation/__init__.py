"""How good the models are, how sure that is, and what is wrong with the analysis."""
