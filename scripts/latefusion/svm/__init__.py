"""The SVM engine: kernels, solvers, calibration, the estimator."""
