"""A learner of one's own, written by the documentation alone; mistakes in it are named."""

import re
import sys

import numpy as np
import pytest

import latefusion.learners
from latefusion.core.errors import InputError
from latefusion.fusion.rule_errors import LearnerError
from latefusion.learning.training import predict_learner, train_learner
from latefusion.planning.learner_catalogue import read_learners
from latefusion.svm.labelled_rows import LabelledRows
from learning_worlds import world
from settings import ROOT

PAGE = (ROOT / "docs/learners.md").read_text(encoding="utf-8")
TEMPLATE = re.search(r"<!-- learner-template -->\n```python\n(.*?)```", PAGE, re.DOTALL)[1]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(latefusion.learners, "__path__", [*latefusion.learners.__path__, str(tmp_path)])
    yield tmp_path
    sys.modules.pop("latefusion.learners.mine", None)


def rows(missing=()):
    X, y, fold = world()
    X = X.copy()
    X[list(missing)] = np.nan
    return LabelledRows([X], y, fold, 3, source="view text", modalities=("text",))


def trained(folder, text, **options):
    (folder / "mine.py").write_text(text, encoding="utf-8")
    return train_learner("mine", options, rows(missing=[3, 5]), rng=np.random.default_rng(0))


def test_the_template_of_the_documentation_learns(folder):
    found = trained(folder, TEMPLATE, width=[0.5, 1.0, 4.0])
    p = found.out_of_fold_p
    assert np.isnan(p[[3, 5]]).all()
    known = np.delete(np.arange(len(p)), [3, 5])
    assert (p[known].argmax(axis=1) == rows().y[known]).mean() > 0.6
    assert [point["settings"]["width"] for point in found.facts["grid"]] == [0.5, 1.0, 4.0]
    assert found.facts["settings"]["width"] in (0.5, 1.0, 4.0)
    new = rows(missing=[0]).X
    assert np.isnan(predict_learner(found.model, new, source="new")[0]).all()


def test_the_catalogue_reads_the_template(folder):
    (folder / "mine.py").write_text(TEMPLATE, encoding="utf-8")
    one = read_learners(folder)["mine"]
    assert one.options == {"width": (0.5, 1.0, 2.0), "scale": "standard"}
    assert one.searched == ("width",)
    assert one.notes["source"] == "your own"


def test_a_learner_that_fails_is_named_with_its_line(folder):
    text = TEMPLATE.replace("np.linalg.norm", "np.linalg.nrm")
    with pytest.raises(LearnerError) as caught:
        trained(folder, text)
    line = text[: text.index("np.linalg.nrm")].count("\n") + 1
    assert f"mine.py, line {line}" in str(caught.value)
    assert "a learner that fits and predicts without an error" in str(caught.value)


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        ("0 * apart", "zero for each class"),
        ("-1 - apart", "finite numbers >= 0"),
        ("apart[:, :2]", "an array of shape (512, 2) for 512 items and 3 classes"),
        ("None", "found:   None"),
    ],
)
def test_what_is_no_probability_is_told(folder, returned, told):
    text = re.sub(r"return np\.exp\(.*\)", f"return {returned}", TEMPLATE)
    with pytest.raises(LearnerError) as caught:
        trained(folder, text)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"estimator": "sklearn.ensemble.ExtraTreeClassifier"}, "ExtraTreeClassifier"),
        ({"estimator": "no_such.Thing"}, "install the library"),
        ({"options": {"n_estimator": 3}}, "write 'n_estimators'"),
        ({"estimator": "sklearn.linear_model.LinearRegression"}, "which is no classifier"),
    ],
)
def test_a_wrong_estimator_of_scikit_learn_is_refused(options, told):
    with pytest.raises(InputError) as caught:
        train_learner("sklearn", options, rows(), rng=np.random.default_rng(0))
    assert told in str(caught.value)
