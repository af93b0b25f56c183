"""Saved models and their hashes."""

import sys
import types

import numpy as np
import pytest

from latefusion.store.models import load_model, save_model
from latefusion.store.tables import TableError, read_json


def test_a_model_comes_back_and_its_facts_stand_beside_it(tmp_path):
    save_model({"w": np.arange(3.0)}, tmp_path / "m.joblib", tmp_path / "m.json", {"rows": 3})
    assert load_model(tmp_path / "m.joblib", tmp_path / "m.json")["w"].tolist() == [0, 1, 2]
    assert read_json(tmp_path / "m.json")["rows"] == 3


def test_a_changed_file_is_refused_before_it_is_unpickled(tmp_path):
    import pickle

    class Bomb:
        def __reduce__(self):
            return (pytest.fail, ("it was unpickled",))

    save_model([1], tmp_path / "m.joblib", tmp_path / "m.json", {})
    (tmp_path / "m.joblib").write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(TableError, match="changed since it was written"):
        load_model(tmp_path / "m.joblib", tmp_path / "m.json")


@pytest.mark.parametrize("name", ["latefusion.svm.SVM", "latefusion.kernel.Space", "gone.Model"])
def test_a_model_of_an_older_layout_is_refused_with_what_to_do(tmp_path, monkeypatch, name):
    module, kind = name.rsplit(".", 1)
    stand_in = types.ModuleType(module)
    cls = type(kind, (), {"__module__": module})
    setattr(stand_in, kind, cls)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, module, stand_in)
        save_model(cls(), tmp_path / "m.joblib", tmp_path / "m.json", {})
    with pytest.raises(
        TableError, match=r"m\.joblib: saved by another version of latefusion.*run the workflow"
    ):
        load_model(tmp_path / "m.joblib", tmp_path / "m.json")
