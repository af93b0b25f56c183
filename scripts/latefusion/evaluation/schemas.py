"""Schemas of the evaluation's tables; what one row means stands above each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from latefusion.evaluation.schema_notation import schema as _schema

SCHEMAS: Final[Mapping[str, pa.Schema]] = {
    # one row: a model
    "models": _schema(
        "model:s kind:s probabilistic:b scored_by:s repeats:i n:i clipped:i? same_as:s? is_reference:b"
        " is_confirmatory:b in_confidence_set:b? out_of_fold_accuracy:f? out_of_fold_log_loss:f?"
        " approximated:b inverted_sigmoids:i kernel_distance:f? note:s?"
    ),
    # one row: a metric of a model on a subset
    "metrics": _schema(
        "model:s kind:s subset:s metric:s value:f low:f? high:f? n:i groups:i interval:s draws:i"
        " design_effect:f? repeat_sd:f? better:s unit:s"
    ),
    # one row: a metric of a model for one class, on a subset
    "per_class": _schema(
        "model:s kind:s subset:s class_index:i class:s metric:s value:f? low:f? high:f? support:i"
        " prior:f share_true:f"
    ),
    # one row: a cell of a model's confusion matrix, on a subset
    "confusion": _schema(
        "model:s kind:s subset:s true_index:i true:s predicted_index:i predicted:s count:f share:f?"
    ),
    # one row: a model against the reference in one metric
    "comparisons": _schema(
        "family:s metric:s subset:s model:s kind:s reference:s n:i groups:i value:f reference_value:f"
        " difference:f low:f? high:f? interval:s p:f? p_holm:f? significant:b? test:s draws:i tests:i"
        " only_model:f? only_reference:f? discordance:f? se:f? design_effect:f? detectable:f?"
        " detectable_holm:f? same_as:s? better:s"
    ),
    # one row: the test that all models are equally good, in one metric
    "overall": _schema("metric:s test:s models:i n:i groups:i statistic:f? df:i p:f?"),
    # one row: a model in the confidence set procedure of one metric
    "confidence_set": _schema(
        "metric:s model:s kind:s value:f rank:i in_set:b p:f eliminated:i? difference_to_best:f"
        " low:f? high:f? same_as:s? level:f draws:i"
    ),
    # one row: picking the best by the test rows, in one metric, and what is left of it
    "best": _schema(
        "metric:s observed_best:s observed:f corrected:f? low:f? high:f? optimism:f? draws:i"
        " selected:f? selected_low:f? selected_high:f? better:s"
    ),
    # one row: two modalities on all items, or on those of one class
    "complementarity": _schema(
        "model_a:s model_b:s class_index:i? class:s n:i both:f only_a:f only_b:f neither:f"
        " q:f? disagreement:f disagreement_low:f? disagreement_high:f? double_fault:f kappa:f?"
    ),
    # one row: the oracle over all modalities, or a rule against it, on all items or those of one class
    "oracle": _schema(
        "model:s kind:s class_index:i? class:s n:i value:f low:f? high:f? independent:f? best_single:s"
        " best_single_value:f gap_closed:f? gap_closed_low:f? gap_closed_high:f?"
    ),
    # one row: an item that only the model gets right (corrected) or only the reference (newly_wrong)
    "changed": _schema(
        "model:s kind:s item:s change:s share_right:f modalities_right:i p_label:f? reference_p_label:f?"
    ),
    # one row: a model on an item
    "outcomes": _schema("model:s item:s group:s label:i predicted:i correct:f loss:f? p_label:f?"),
    # one row: a measure of calibration of a model on a subset
    "calibration": _schema(
        "model:s kind:s subset:s measure:s value:f? low:f? high:f? expected:f? p:f? n:i draws:i clipped:i"
    ),
    # one row: a bin of a reliability diagram
    "reliability": _schema(
        "model:s kind:s diagram:s class_index:i? class:s? bin:i n:i confidence_low:f? confidence_high:f?"
        " confidence:f observed:f low:f? high:f?"
    ),
    # one row: a model that answers only where it is surest
    "coverage": _schema("model:s kind:s coverage:f n:i threshold:f accuracy:f low:f? high:f?"),
    # one row: a model on a stratum of the items
    "strata": _schema(
        "model:s kind:s by:s stratum:s order:i n:i groups:i metric:s value:f low:f? high:f? share:f"
    ),
    # one row: a kind of error of a model where classes are quadrants of valence and arousal
    "errors": _schema("model:s kind:s error:s n:i share:f low:f? high:f?"),
    # one row: a view on rows it saw, rows it did not, and test rows, in one metric
    "overfitting": _schema(
        "model:s kind:s metric:s in_sample:f? out_of_fold:f? test:f gap:f? n_train:i n_test:i partitions:i"
    ),
    # one row: how a metric of a model varies over repeats, partitions or fold assignments
    "spread": _schema("model:s kind:s over:s metric:s values:i mean:f sd:f? least:f most:f"),
    # one row: a measure of how well a model finds the items of one of two classes
    "detection": _schema(
        "model:s kind:s metric:s value:f low:f? high:f? target:s targets:i others:i groups:i partitions:i"
        " better:s"
    ),
    # one row: a model not trained here on the rows that rules learn from, and on test rows
    "dev_loss": _schema("model:s kind:s metric:s dev:f test:f n_dev:i n_test:i p:f"),
    # one row: a model trained on a share of the groups
    "learning_curve": _schema("model:s kind:s share:f rows:i groups:i metric:s value:f low:f? high:f? n:i"),
    # one row: a C and gamma that a view was tried with in a partition
    "grid": _schema("model:s partition:s C:f gamma:s log_loss:f accuracy:f chosen:b"),
    # one row: a published figure of a model, or a cell of its confusion matrix, beside the one measured here;
    # there where the data are the notebook's
    "published": _schema(
        "model:s measure:s true:s? predicted:s? subset:s published:f measured:f? low:f? high:f? n:i note:s"
    ),
    # one row: a learner on a view in one metric; difference is to the SVM of the view, paired
    "learners": _schema(
        "view:s kind:s learner:s model:s metric:s value:f low:f? high:f? n:i groups:i chosen:i partitions:i"
        " out_of_fold_log_loss:f? out_of_fold_accuracy:f? difference:f? difference_low:f? difference_high:f?"
    ),
    # one row: a point of a learner's grid that a view was tried with in a partition
    "learner_grid": _schema("model:s partition:s settings:s log_loss:f accuracy:f chosen:b at_edge:s?"),
    # one row: a mean over learners, modalities or both, against the best single model or another mean
    "gain_sources": _schema(
        "part:s against:s metric:s value:f low:f? high:f? difference:f difference_low:f? difference_high:f?"
        " interval:s n:i groups:i"
    ),
    # one row: a weight of disagreement of cooperative learning in a partition, with its best penalty
    "cooperative": _schema("model:s partition:s rho:f penalty:f squared_error:f chosen:b at_edge:s?"),
    # one row: the same model on the same items under two protocols
    "leaks": _schema(
        "model:s kind:s comparison:s claimed:s honest:s subset:s metric:s n:i groups:i claimed_value:f"
        " honest_value:f difference:f low:f? high:f? interval:s p:f? test:s design_effect:f? better:s"
    ),
}


def to_table(
    name: str, rows: Sequence[Mapping[str, Any]], schemas: Mapping[str, pa.Schema] = SCHEMAS
) -> pa.Table:
    """Return rows as the table `name`; a key that is not there is null, what is not finite as well.

    Raises
    ------
    KeyError
        If a row has a key that the table has no column for.
    """
    schema = schemas[name]
    known = dict.fromkeys(schema.names)
    for row in rows:
        if not row.keys() <= known.keys():
            raise KeyError(f"{name} has no columns {sorted(row.keys() - known.keys())}")
    return pa.Table.from_arrays(
        [pa.array([_finite(row.get(field.name)) for row in rows], field.type) for field in schema],
        schema=schema,
    )


def _finite(value: Any) -> Any:  # noqa: ANN401 - any cell
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value
