"""A random forest on what the modalities predict."""

import numpy as np

from latefusion.fusion.aggregation import Array, Labels
from latefusion.fusion.stacking import StackingRule, TrainedClassifier, one_thread
from latefusion.fusion.target_stacking import TargetStackingRule, TrainedRegression


class RandomForest(StackingRule):
    """Random forest on the modalities' probabilities side by side.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Of the bootstrap samples and the columns tried at each split; with a number the trees are those
        that scikit-learn grows from it.
    trees : int
        Number of trees; all else is as scikit-learn has it.

    Notes
    -----
    :formula: mean over the trees of the class shares in the leaf that [p_1 … p_M] falls in
    :source: Breiman 2001; stacked as by Wolpert 1992
    :needs: labelled out-of-fold probabilities; in-sample ones teach it to trust a memoriser
    :ties: larger mean probability, larger prior, lower index
    :missing: a forest for each missingness pattern with 200 training rows, else class shares in the gap
    :shapes: (n, M, K) to (n, K); M · K columns
    """

    learns = True
    stochastic = True

    def __init__(self, *, random_state: np.random.Generator | int | None = None, trees: int = 100) -> None:
        super().__init__(random_state=random_state)
        self.trees = trees

    def _train(self, X: Array, y: Labels, classes: int, fold: Labels | None) -> TrainedClassifier:  # noqa: ARG002
        # compiled code is for those who use it
        from latefusion.forest.forest import fit

        forest = fit(X, y, classes, seed=self.seed, trees=self.trees)
        return TrainedClassifier(forest.predict, {"importance": forest.importance.tolist()})


class RandomForestOfTargets(TargetStackingRule):
    """Random forest on the predictions of all targets by all modalities.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Of the bootstrap samples.
    trees : int
        Number of trees.
    leaf : int
        Least items of a leaf; all else is as scikit-learn has it.

    Notes
    -----
    :formula: mean over the trees of the targets in the leaf that [f_1 … f_M] falls in
    :source: Breiman 2001; stacked as by Wolpert 1992
    :needs: out-of-fold predictions and their targets
    :missing: a forest for each missingness pattern with 200 training rows, else the targets' mean in the gap
    :shapes: (n, M, T) to (n, T); M · T columns
    """

    learns = True
    stochastic = True

    def __init__(
        self, *, random_state: np.random.Generator | int | None = None, trees: int = 100, leaf: int = 5
    ) -> None:
        super().__init__(random_state=random_state)
        self.trees, self.leaf = trees, leaf

    def _train(self, X: Array, Z: Array, fold: Labels | None) -> TrainedRegression:  # noqa: ARG002
        from sklearn.ensemble import RandomForestRegressor

        forest = RandomForestRegressor(
            n_estimators=self.trees, min_samples_leaf=self.leaf, random_state=self.seed
        )
        with one_thread():
            forest.fit(X, Z[:, 0] if Z.shape[1] == 1 else Z)
        # trees may grow side by side where joblib is told so, but what they say is added in their order
        forest.n_jobs = 1

        def predict(columns: Array) -> Array:
            return np.asarray(forest.predict(columns)).reshape(len(columns), -1)

        return TrainedRegression(predict, {"importance": forest.feature_importances_.tolist()})
