"""Which jobs made what a page shows."""

import pytest

from latefusion.report.reading import _is_of_this_run

MODELS = {("given", "text"), ("cross-0-0", "text"), ("cross-0-1", "text")}


@pytest.mark.parametrize(
    ("job", "shown"),
    [
        ("train_svm/given/text", True),
        ("train_svm/cross-0/text", True),
        ("predict_svm/cross-0/text", True),
        ("train_svm/cross-1/text", False),
        ("train_svm/given/audio", False),
        ("predict_pretrained/cross-0-1/text", True),
        ("predict_pretrained/cross-1-1/text", False),
        ("ingest/train", True),
    ],
)
def test_a_model_s_jobs_are_shown_with_it_and_a_repeat_has_one_for_all_its_partitions(job, shown):
    assert _is_of_this_run(job, {}, MODELS) is shown
