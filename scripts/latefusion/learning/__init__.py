"""The contract of a learner: grids, folds, standardisation and calibration around one classifier."""
