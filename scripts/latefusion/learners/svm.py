"""The support vector machine, which runs train by the rules of its own."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from latefusion.core.log_loss import log_losses
from latefusion.learning.classifier import Array, Features, Labels
from latefusion.learning.learner import Learner
from latefusion.svm.inputs import Gamma
from latefusion.svm.labelled_rows import LabelledRows
from latefusion.svm.prediction import predict
from latefusion.svm.settings import SvmSettings
from latefusion.svm.training import Limits, train


class SupportVectorMachine(Learner):
    """RBF support vector machine of one-vs-one classifiers, with calibrated probabilities.

    What a configuration says of an option here takes the place of the same key under `svm`; what it leaves
    out is as there, and what a modality or view has under its own key `svm` goes before both.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Draws the rows that span an approximation.
    C : float
        Cost of an error.
    gamma : float, 'auto' or 'scale'
        Width of the kernel: auto is 1/columns, scale also divides by the variance.
    scale : {'none', 'standard'}
        Whether columns are standardised, on the training part.
    class_weight : {'none', 'balanced'} or mapping
        Factor on C of each class.
    approximation : mapping, optional
        `{components: m}` for a Nyström approximation of the kernel.
    max_iter : int, optional
        Most steps of one binary classifier.

    Notes
    -----
    :formula: one-vs-one C-SVC with k(x, z) = exp(−γ‖x − z‖²), a sigmoid for each pair, coupled
    :source: Cortes and Vapnik 1995; Platt 2000; Wu, Lin and Weng 2004
    """

    searched = ("C", "gamma")

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        C: float | Sequence[float] = 1,
        gamma: Gamma | Sequence[Gamma] = "auto",
        scale: str = "none",
        class_weight: str | Mapping[Any, float] = "none",
        approximation: Mapping[str, int] | None = None,
        max_iter: int | None = None,
    ) -> None:
        super().__init__(random_state=random_state, scale=scale)
        self.C, self.gamma, self.class_weight = C, gamma, class_weight
        self.approximation, self.max_iter = approximation, max_iter

    def fit(
        self,
        X: Features | Sequence[Features],
        y: Labels,
        fold: Labels,
        *,
        n_classes: int | None = None,
    ) -> Self:
        """Train every C with every gamma, on the Gram matrices that they share, and keep the best.

        Parameters and errors are those of `Learner.fit`.
        """
        parts = [X] if isinstance(X, np.ndarray) else list(X)
        y, fold = np.asarray(y, np.int32), np.asarray(fold, np.int32)
        self.n_classes = int(y.max()) + 1 if n_classes is None else n_classes
        trained = train(
            LabelledRows(parts, y, fold, self.n_classes),
            SvmSettings(
                C=self.C,
                gamma=self.gamma,
                scale=self.scale,
                class_weight=self.class_weight,
                approximation=self.approximation,
                max_iter=self.max_iter,
            ),
            replica=False,
            rng=np.random.default_rng(self.random_state),
            limits=Limits(n_jobs=self.n_jobs),
        )
        self._machine = trained.model
        self.settings_ = {"C": trained.model.C, "gamma": trained.model.gamma}
        alone = {**self.settings_, **_measured(trained.rows.out_of_fold_p, y), "chosen": True}
        self.grid_ = [
            {"settings": {name: point[name] for name in self.searched}}
            | {name: point[name] for name in ("log_loss", "accuracy", "chosen")}
            for point in trained.grid or [alone]
        ]
        self.out_of_fold_proba_ = trained.rows.out_of_fold_p
        self.in_sample_proba_ = self.predict_proba(parts)
        return self

    def predict_proba(self, X: Features | Sequence[Features]) -> Array:
        """Return class probabilities of rows, (n, K), with guarded sigmoids."""
        parts = [X] if isinstance(X, np.ndarray) else list(X)
        p, _ = predict(self._machine, parts, guarded=True, n_jobs=self.n_jobs, source="the rows")
        return p

    def drop_training_state(self) -> None:
        """Let go of what only the rows of `fit` are described by, and of the number of threads."""
        super().drop_training_state()
        self._machine.set_params(n_jobs=1)


def _measured(p: Array, y: Labels) -> dict[str, float]:
    right = p.argmax(axis=1) == y
    return {"log_loss": float(log_losses(p, y).mean()), "accuracy": float(right.mean())}
