"""A random forest of classifiers: the trees of scikit-learn, grown by compiled code for few classes."""
