"""Names of models and numbers of folds in predictions, read before a run is planned."""

from __future__ import annotations

import numpy as np

from latefusion.core.errors import InputError, Problem
from latefusion.dataset.keys import canonical_text, unify
from latefusion.external.prediction_arrays import is_npz, model_arrays, part_names
from latefusion.external.prediction_source import PredictionSource, model_of_file, safe_names
from latefusion.external.prediction_tables import distinct
from latefusion.ingest.findings import Findings


def model_names(source: PredictionSource) -> dict[str, str]:
    """Return what each model is called in files, by what the predictions call it, in their order.

    Raises
    ------
    InputError
        If a file cannot be read, there is no model, or two would be called the same.
    """
    files = source.files
    if is_npz(files[0]):
        names = model_arrays(source, files[0])
    elif source.model is not None:
        findings = Findings()
        names = list(distinct(source, source.model, findings))
        findings.check()
    else:
        names = [model_of_file(file) for file in files]
    if not names:
        where = f"the column {source.model}" if source.model is not None else "the file"
        found = f"no model: {where} is not there, or empty"
        fix = "name the column of the models in predictions.model, or leave it out for a file a model"
        raise InputError([Problem(str(files[0]), found, "the name of a model in every row", fix)])
    return safe_names(names, str(files[0]), source.model)


def fold_count(source: PredictionSource) -> int:
    """Return how many folds the predictions name; at least one, so that a run can be planned."""
    files = source.files
    if is_npz(files[0]):
        name = part_names(source, files[0]).get("fold")
        with np.load(files[0], allow_pickle=False) as arrays:
            return len(np.unique(arrays[name])) if name is not None else 1
    assert source.fold is not None
    findings = Findings()
    texts = [canonical_text(text) for text in distinct(source, source.fold, findings)]
    findings.check()
    return max(1, len(set(unify(texts).values())))
