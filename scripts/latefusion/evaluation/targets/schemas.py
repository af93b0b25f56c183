"""Schemas of the tables of continuous targets; what one row means stands above each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pyarrow as pa

from latefusion.evaluation.schema_notation import schema

SCHEMAS: Final[Mapping[str, pa.Schema]] = {
    # one row: a model
    "models": schema(
        "model:s kind:s repeats:i n:i filled:i same_as:s? is_reference:b is_confirmatory:b"
        " in_confidence_set:b? out_of_fold_error:f?"
    ),
    # one row: a metric of a model and a target, or of R² averaged over the targets, on a subset
    "metrics": schema(
        "model:s kind:s subset:s target:s metric:s value:f? low:f? high:f? n:i groups:i interval:s draws:i"
        " repeat_sd:f? better:s"
    ),
    # one row: the squared errors of a model less those of the reference, on a subset
    "comparisons": schema(
        "family:s subset:s target:s model:s kind:s reference:s n:i groups:i difference:f low:f? high:f?"
        " r2_difference:f r2_low:f? r2_high:f? p:f p_holm:f? significant:b? test:s draws:i tests:i se:f?"
        " design_effect:f? detectable:f? detectable_holm:f? same_as:s?"
    ),
    # one row: a model in the confidence set procedure of one target, by squared errors
    "confidence_set": schema(
        "target:s model:s kind:s r2:f rank:i in_set:b p:f eliminated:i? same_as:s? level:f draws:i"
    ),
    # one row: picking the best by the test rows, for one target, and what is left of its R²
    "best": schema(
        "target:s observed_best:s observed:f corrected:f? low:f? high:f? optimism:f? draws:i selected:f?"
    ),
    # one row: the errors of two modalities, or of all of them, and what the best weights could gain
    "complementarity": schema(
        "target:s model_a:s model_b:s n:i correlation:f? low:f? high:f? weight_a:f? best_single:s best_r2:f"
        " optimal_r2:f? gain:f? gain_low:f? gain_high:f?"
    ),
    # one row: the 90 % prediction intervals of a model and a target, in one partition or over all
    "intervals": schema(
        "model:s kind:s target:s partition:s level:f half_width:f coverage:f low:f? high:f? n:i n_held_out:i"
    ),
    # one row: a model and target on a stratum of the items
    "strata": schema(
        "model:s kind:s target:s by:s stratum:s order:i n:i groups:i rmse:f low:f? high:f? bias:f share:f"
    ),
    # one row: a model and target on an item
    "outcomes": schema("model:s item:s group:s target:s true:f predicted:f squared_error:f low:f? high:f?"),
    # one row: a reading of the items as classes, on all items or by their distance from the axes
    "bridge": schema(
        "reading:s model:s subset:s order:i n:i groups:i accuracy:f low:f? high:f? expected:f? reference:s?"
        " difference:f? difference_low:f? difference_high:f? p:f?"
    ),
    # one row: a metric of one of several learners of a view and a target, or of R² averaged over the targets
    "learners": schema(
        "view:s learner:s target:s metric:s value:f? low:f? high:f? n:i groups:i interval:s draws:i better:s"
    ),
}
