"""The fitted pipeline of a run, as people load it: `latefusion.load`."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latefusion.api.arguments import refusal, rule_names
from latefusion.api.modality_columns import (
    labels_of,
    matrices_by_name,
    require_labels,
    require_whole_rows,
)
from latefusion.api.modality_models import modality_proba
from latefusion.fusion.rule import extend_rules, rule_class
from latefusion.learning.learner import extend_learners
from latefusion.pipeline.saved_pipeline import PIPELINE, SavedModality, SavedPipeline, read_pipeline
from latefusion.pipeline.target_pipeline import SavedTargetPipeline, read_target_pipeline
from latefusion.store.tables import read_json
from latefusion.store.target_predictions import TargetPredictions
from latefusion.svm.inputs import Float64


class FittedPipeline:
    """Models of all modalities, trained on every labelled item of a run, and its chosen fusion rule.

    Parameters
    ----------
    pipeline : SavedPipeline

    Attributes
    ----------
    classes_ : (K,) array of str
        Names of the classes, as the results call them.
    modalities_ : tuple of str
    rule_ : str
        The fusion rule as the configuration calls it.
    """

    def __init__(self, pipeline: SavedPipeline) -> None:
        self._pipeline = pipeline
        self.classes_: NDArray[Any] = np.array(pipeline.classes)
        self.modalities_ = tuple(dict.fromkeys(one.modality for one in pipeline.modalities))
        self.rule_ = pipeline.rule.name

    def predict_modality_proba(self, X: Any) -> dict[str, Float64]:  # noqa: ANN401
        """Return what the model of each modality says, (n, K) each; NaN in rows that lack it.

        Where the run fuses models of several learners, each is called `{modality}.{learner}`.

        Parameters
        ----------
        X : dict of str to (n, d_m) array or data frame
            A row of NaN is an item that lacks the modality.

        Raises
        ------
        ArgumentError
            If an array is missing, or is not of the shape that was trained on, or a data frame has other
            columns or another order of them; it is a ValueError.
        """
        models = self._pipeline.modalities
        given = _matrices(X, models)
        return {
            one.name: modality_proba(
                one.model,
                np.asarray(given[one.modality], one.dtype),  # as the workflow stores them
                n_jobs=1,
                source=f"the modality {one.modality}",
            )
            for one in models
        }

    def predict_proba(self, X: Any) -> Float64:  # noqa: ANN401
        """Return the fused class probabilities, (n, K), as `snakemake predict` does."""
        return self._predict(X)[0]

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: ANN401
        """Return the name of each item's class by the rule's own decision, (n,)."""
        decided = self._predict(X)[1]
        predicted: NDArray[Any] = self.classes_[decided]
        return predicted

    def _predict(self, X: Any) -> tuple[Float64, NDArray[np.int32]]:  # noqa: ANN401
        P = np.stack(list(self.predict_modality_proba(X).values()), axis=1)
        return self._pipeline.rule.predict(P)


class FittedTargetPipeline:
    """Models of numbers of all modalities, trained on every labelled item of a run, and its chosen rule.

    Parameters
    ----------
    pipeline : SavedTargetPipeline

    Attributes
    ----------
    targets_ : tuple of str
        Names of the T numbers.
    modalities_ : tuple of str
    rule_ : str
        The fusion rule as the configuration calls it.
    """

    def __init__(self, pipeline: SavedTargetPipeline) -> None:
        self._pipeline = pipeline
        self.targets_ = pipeline.targets
        self.modalities_ = tuple(dict.fromkeys(one.modality for one in pipeline.modalities))
        self.rule_ = pipeline.rule_name

    def predict_modality(self, X: Any) -> dict[str, Float64]:  # noqa: ANN401
        """Return what the model of each modality predicts, (n, T) each; NaN in rows that lack it.

        Parameters
        ----------
        X : dict of str to (n, d_m) array or data frame
            A row of NaN is an item that lacks the modality.

        Raises
        ------
        ArgumentError
            If an array is missing, or is not of the shape that was trained on, or a data frame has other
            columns or another order of them; it is a ValueError.
        """
        return {name: one.predicted for name, one in self._said(X).items()}

    def predict(self, X: Any) -> Float64:  # noqa: ANN401
        """Return the fused numbers, (n, T), as `snakemake predict` does."""
        return self._pipeline.fused(self._said(X))

    def predict_interval(self, X: Any) -> Float64:  # noqa: ANN401
        """Return the ends of 90 % intervals, (n, T, 2), as `snakemake predict` does; infinite if not known.

        Split conformal intervals (Papadopoulos et al. 2002): they reach as far to both sides as 90 % of the
        errors out of fold.
        """
        predicted, reach = self.predict(X), self._pipeline.half_widths
        return np.stack([predicted - reach, predicted + reach], axis=2)

    def _said(self, X: Any) -> dict[str, TargetPredictions]:  # noqa: ANN401
        models = self._pipeline.modalities
        given = _matrices(X, models)
        # as the workflow stores them
        return {
            one.name: self._pipeline.said(one, np.asarray(given[one.modality], one.dtype)) for one in models
        }


def _matrices(X: Any, models: Sequence[SavedModality]) -> dict[str, NDArray[Any]]:  # noqa: ANN401
    """Return the matrix of each modality, whose rows are whole or lack it, with the columns of training."""
    widths = {one.modality: one.columns for one in models}
    given = dict(zip(widths, matrices_by_name(X, tuple(widths), widths=list(widths.values())), strict=True))
    for one in models:
        require_labels(one.modality, labels_of(X[one.modality]), one.names)
    for name, matrix in given.items():
        require_whole_rows(name, matrix)
    return given


def load(
    results: str | PathLike[str] = "results",
    *,
    rules_path: str | PathLike[str] | None = None,
    learners_path: str | PathLike[str] | None = None,
) -> FittedPipeline | FittedTargetPipeline:
    """Load the fitted pipeline of a run; its files have to have the hashes that pipeline.json notes.

    Saved models are pickles, which can run code: load those of people whom you trust.

    Parameters
    ----------
    results : path
        The folder of results; of the numbers of a run of both its folder `regression`.
    rules_path : path, optional
        The folder of a rule of one's own, as `rules_path` of the configuration.
    learners_path : path, optional
        Likewise of learners of one's own.

    Returns
    -------
    FittedPipeline or FittedTargetPipeline
        Of classes, or of numbers.

    Raises
    ------
    ArgumentError
        If the run has no pipeline, or its rule is not there; it is a ValueError.
    TableError
        If a file is gone or not the one that was written.
    """
    folder, given = Path(results), f"load({str(results)!r})"
    _require_pipeline(folder, given)
    extend_rules(None if rules_path is None else str(rules_path))
    extend_learners(None if learners_path is None else str(learners_path))
    facts = read_json(folder / PIPELINE)
    rule = facts["rule_file"]
    if rule not in rule_names():
        raise refusal(
            given,
            f"the rule {rule}, which is none of the package's",
            "a rule that is there",
            "name its folder: load(…, rules_path=…), as the configuration does",
        )
    if "targets" in facts:
        return FittedTargetPipeline(read_target_pipeline(folder))
    if rule_class(rule).reads_quality:
        raise refusal(
            given,
            f"the rule {rule}, which reads the quality of each item beside its embeddings",
            "rules that go by the modalities alone",
            "classify with `snakemake predict`, whose table holds the quality",
        )
    return FittedPipeline(read_pipeline(folder))


def _require_pipeline(folder: Path, given: str) -> None:
    if not folder.is_dir():
        raise refusal(given, "no such folder", "the results of a run", "name the folder of results")
    if not (folder / PIPELINE).exists():
        raise refusal(
            given,
            f"no {PIPELINE}: no model was trained on all labelled items",
            "results of a run that saved its pipeline",
            "run `snakemake pipeline` with the run's configuration, or `snakemake predict`",
        )


__all__ = ["FittedPipeline", "FittedTargetPipeline", "load"]
