"""Items without labels."""

import numpy as np
import pyarrow as pa

from latefusion.pipeline.new_items import prediction_columns
from latefusion.store.probabilities import Probabilities


def test_the_file_says_the_class_the_probabilities_each_modality_and_what_to_distrust():
    items = pa.table({"item": ["a", "b"], "group": ["x", "y"], "track_name": ["One", "Two"]})
    item, label = np.array(["a", "b"], object), np.full(2, -1, np.int32)
    fused = Probabilities(("Sad", "Happy"), item, label, np.array([[0.2, 0.8], [0.6, 0.4]]))
    text = Probabilities(("Sad", "Happy"), item, label, np.array([[0.1, 0.9], [np.nan, np.nan]]))
    decided = np.array([1, 0], np.int32)
    columns = prediction_columns(items, fused, decided, {"text": text}, {"text": np.array([True, False])})
    assert columns == {
        "item": ["a", "b"],
        "track_name": ["One", "Two"],
        "class": ["Happy", "Sad"],
        "p_Sad": [0.2, 0.6],
        "p_Happy": [0.8, 0.4],
        "text_class": ["Happy", ""],
        "text_p": [0.9, None],
        "warning": ["text lies far from everything seen in training", "text is missing"],
    }


def test_the_class_is_the_rule_s_own_decision_where_probabilities_are_equal():
    items = pa.table({"item": ["a", "b"], "group": ["g", "g"]})
    p = np.array([[0.5, 0.5], [0.5, 0.5]])
    fused = Probabilities(("Sad", "Happy"), np.array(["a", "b"], object), np.full(2, -1, np.int32), p)
    decided = np.array([1, -1], np.int32)
    columns = prediction_columns(items, fused, decided, {"text": fused}, {"text": np.zeros(2, bool)})
    assert columns["class"] == ["Happy", ""]


def test_a_describing_column_gives_way_to_what_the_models_say():
    items = pa.table({"item": ["a"], "group": ["g"], "warning": ["loud"], "p_Sad": ["x"]})
    label = np.full(1, -1, np.int32)
    fused = Probabilities(("Sad", "Happy"), np.array(["a"], object), label, np.array([[0.2, 0.8]]))
    columns = prediction_columns(items, fused, fused.predicted, {"text": fused}, {"text": np.array([False])})
    assert (columns["p_Sad"], columns["warning"]) == ([0.2], [""])
    assert (columns["p_Sad (in the file)"], columns["warning (in the file)"]) == (["x"], ["loud"])
