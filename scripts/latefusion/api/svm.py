"""The support vector machine, as `latefusion.SVM`."""

from latefusion.svm.estimator import SVM

__all__ = ["SVM"]
