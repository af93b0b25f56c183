"""What a job reads, under the names by which its script asks."""

import pytest

from latefusion.core.errors import InputError
from latefusion.planning import job_inputs
from settings import changed
from unit.planning.test_files import BROUGHT, PRETRAINED, files_of


def test_rules_learn_out_of_fold_and_under_replica_in_sample():
    files = files_of(modalities__0__svm={"C": [1, 10]})
    assert job_inputs.fused(files, "replica") == {
        "learn:given:text": "<results>/given/probabilities/text/train_in_sample_replica.parquet",
        "test:given:text": "<results>/given/probabilities/text/test_replica.parquet",
        "learn:given:audio": "<results>/given/probabilities/audio/train_in_sample.parquet",
        "test:given:audio": "<results>/given/probabilities/audio/test_replica.parquet",
    }
    honest = job_inputs.fused(files, "honest")
    assert honest["learn:given:text"] == "<results>/given/probabilities/text/train_out_of_fold.parquet"
    assert honest["test:given:text"] == "<results>/given/probabilities/text/test.parquet"
    assert set(job_inputs.fused(files, "cross")) == {
        f"{part}:cross-0-{k}:{name}"
        for part in ("learn", "test")
        for k in (0, 1)
        for name in ("text", "audio")
    }


@pytest.mark.parametrize(
    ("modality", "protocol", "table"),
    [
        (BROUGHT, "replica", "out_of_fold"),
        (BROUGHT, "honest", "out_of_fold"),
        (PRETRAINED, "replica", "in_sample"),
        (PRETRAINED, "honest", "in_sample"),
    ],
)
def test_where_a_modality_has_one_table_of_training_rows_it_is_read(modality, protocol, table):
    read = job_inputs.fused(files_of(modalities__0=modality, views=[]), protocol)
    assert read["learn:given:text"] == f"<results>/given/probabilities/text/train_{table}.parquet"


def test_where_a_modality_has_no_training_rows_their_labels_are_read():
    third = {"name": "image", "probabilities": {"test": "t.csv"}}
    files = files_of(modalities=[*changed()["modalities"], third], views=[])
    honest = job_inputs.fused(files, "honest")
    assert "learn:given:image" not in honest
    assert honest["test:given:image"] == "<results>/given/probabilities/image/test.parquet"
    assert honest["partition:given"] == "<results>/partitions/given.parquet"
    assert honest["items:test"] == "<results>/items/test.parquet"
    cross = job_inputs.fused(files, "cross")
    assert not [name for name in cross if "image" in name or name.startswith("items")]


def test_embeddings_and_summaries_are_asked_for_by_name():
    assert job_inputs.embeddings(files_of(), ["text"]) == {
        "features:train:text": "<results>/features/train/text.parquet",
        "features:test:text": "<results>/features/test/text.parquet",
    }
    summarised = job_inputs.summarised(files_of(protocols=["honest"]))
    assert summarised["honest:metrics"] == "<results>/evaluation/honest/metrics.parquet"


def test_a_table_of_another_system_is_the_users_file():
    modality = {
        **BROUGHT,
        "probabilities": {**BROUGHT["probabilities"], "cross": "c/{partition}.{table}.csv"},
    }
    files = files_of(modalities__0=modality, views=[])
    assert job_inputs.external_table(files, "text", "given", "test_replica") == "t.csv"
    assert job_inputs.external_table(files, "text", "given", "train_out_of_fold") == "o.csv"
    assert job_inputs.external_table(files, "text", "cross-0-1", "test") == "c/cross-0-1.test.csv"


def test_a_table_that_was_not_brought_is_never_another_one():
    files = files_of(modalities__0=BROUGHT, views=[])
    for partition, table in (("cross-0-0", "test"), ("given", "train_in_sample")):
        with pytest.raises(ValueError, match="brings no table"):
            job_inputs.external_table(files, "text", partition, table)


def test_new_items_are_classified_by_the_rule_that_is_named_or_by_all_that_can_be_selected():
    rules = [{"name": "mean"}, {"name": "majority_vote"}, {"name": "own", "rule": "product", "prior": "none"}]
    assert job_inputs.prediction_rules(files_of(rules=rules)) == {
        "mean": {"rule": "mean", "options": {}, "quality": []},
        "own": {"rule": "product", "options": {"prior": "none"}, "quality": []},
    }
    named = job_inputs.prediction_rules(files_of(rules=rules, predict__rule="own"))
    assert named == {"own": {"rule": "product", "options": {"prior": "none"}, "quality": []}}
    assert job_inputs.classified(files_of())["learn:audio"] == (
        "<results>/all/probabilities/audio/train_out_of_fold.parquet"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ["data.new", "items without labels"]),
        (
            {"data__new": "n.csv", "modalities__0": BROUGHT, "views": []},
            ["modalities[0]", "comes from elsewhere"],
        ),
        (
            {"data__new": "n.csv", "modalities__0": {"name": "text", "file": "a.npy", "items": "rows"}},
            ["modalities[0].items", "rows of text are those of the labelled items"],
        ),
    ],
)
def test_what_keeps_new_items_from_being_classified_is_told(changes, words):
    with pytest.raises(InputError) as caught:
        job_inputs.predictions(files_of(**changes), file="mine.yaml")
    assert [word for word in ["mine.yaml", *words] if word not in str(caught.value)] == []


def test_the_learning_curve_is_made_where_it_is_asked_for_and_everything_is_trained_here():
    asked = {"evaluation__learning_curve": True}
    assert job_inputs.learning_curve(files_of(), "honest") == []
    assert job_inputs.learning_curve(files_of(**asked), "replica") == []
    assert job_inputs.learning_curve(files_of(**asked), "cross") == [
        "<results>/cross-0-0/learning_curve.json"
    ]
    assert job_inputs.learning_curve(files_of(**asked, modalities__0=BROUGHT, views=[]), "honest") == []
    assert job_inputs.curve_modalities(files_of()) == ["text", "audio"]
    assert [view["name"] for view in job_inputs.curve_views(files_of())] == ["text", "audio", "early"]
    options = job_inputs.curve_rules(files_of(rules=[{"name": "product", "prior": "none"}]))
    assert options == {"mean": {}, "product": {"prior": "none"}, "log_logistic_regression": {}}


def test_a_pipeline_is_made_of_models_of_all_labelled_items_and_nothing_new():
    named = job_inputs.of_pipeline(files_of())
    assert named["model:text"] == "<results>/all/models/text.joblib"
    assert named["learn:audio"] == "<results>/all/probabilities/audio/train_out_of_fold.parquet"
    assert named["train:audio"] == "<results>/features/train/audio.parquet"
    assert not [path for path in named.values() if "/new/" in path]
