"""What pipeline.json says of embeddings, and what is refused for it later."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from latefusion.api.arguments import ArgumentError
from latefusion.api.saved import FittedTargetPipeline
from latefusion.pipeline.saved_pipeline import describe_modalities, embedding_of

NAMES = ["tempo", "energy", "year"]


@pytest.fixture
def described(tmp_path):
    """Return a function that describes the modality audio by what was noted as it was read."""

    def describe(facts):
        features = pa.array(np.zeros((4, 3), np.float32).tolist(), pa.list_(pa.float32(), 3))
        pq.write_table(pa.table({"embedding": features}), tmp_path / "audio.parquet")
        (tmp_path / "facts.json").write_text(json.dumps(facts))
        (tmp_path / "model.joblib").write_bytes(b"model")
        files = {
            "train:audio.knn": tmp_path / "audio.parquet",
            "columns:audio.knn": tmp_path / "facts.json",
            "model:audio.knn": tmp_path / "model.joblib",
        }
        return describe_modalities(["audio.knn"], files, ["model"], tmp_path)[0]

    return describe


@pytest.mark.parametrize("facts", [{"wide": {"audio": NAMES, "text": ["a"]}}, {"wide": NAMES}])
def test_columns_of_a_number_each_are_noted_from_tables_and_from_files_of_a_modality(described, facts):
    assert embedding_of(described(facts)) == ("audio.knn", 3, tuple(NAMES), "float32")


@pytest.mark.parametrize("facts", [{}, {"wide": {"text": ["a"]}}])
def test_a_list_in_brackets_has_no_names(described, facts):
    assert "names" not in described(facts)
    assert embedding_of(described(facts))[2] == ()


def pipeline(names):
    """Return a pipeline that says the first number of each item's embedding."""
    model = SimpleNamespace(modality="audio", name="audio", columns=3, names=names, dtype="float64")
    return FittedTargetPipeline(
        SimpleNamespace(
            targets=("valence",),
            modalities=[model],
            rule_name="mean",
            said=lambda one, X: X[:, :1],
            fused=lambda said: said["audio"],
        )
    )


def test_a_data_frame_in_another_order_of_columns_is_refused_and_an_array_is_taken_as_it_is():
    frame = pd.DataFrame([[1.0, 2.0, 3.0]], columns=NAMES)
    known, unknown = pipeline(tuple(NAMES)), pipeline(())
    assert known.predict({"audio": frame}) == known.predict({"audio": frame.to_numpy()}) == [[1.0]]
    turned = frame[NAMES[::-1]]
    with pytest.raises(ArgumentError, match=r"column 'year' in place 0, which was 'tempo' in training"):
        known.predict({"audio": turned})
    assert unknown.predict({"audio": turned}) == [[3.0]]
