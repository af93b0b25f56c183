"""What the predictions are worth: metrics with intervals, comparisons with tests, claims with checks."""
