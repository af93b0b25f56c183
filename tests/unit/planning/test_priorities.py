"""Of jobs that could start at once those start first that the longest chain of others waits for."""

from types import SimpleNamespace

import pytest

from latefusion.planning import priorities
from unit.planning.test_files import KNOWN, files_of


def of_view(files, view):
    return priorities.of_view(files.plan.every_view)(SimpleNamespace(view=view))


def of_rule(rule):
    configured = {"name": SimpleNamespace(rule=rule)}
    return priorities.of_rule(KNOWN, configured)(SimpleNamespace(rule="name"))


def test_what_the_rules_wait_for_comes_before_them_and_they_before_what_evaluation_alone_waits_for():
    files = files_of()
    order = [of_view(files, "text"), of_rule("mlp"), of_rule("logistic_regression"), of_view(files, "early")]
    assert order == sorted(set(order), reverse=True)
    assert order[-1] > of_rule("mean")
    assert of_view(files, "audio") == of_view(files, "text")


def test_a_view_that_evaluation_alone_waits_for_is_applied_before_the_shorter_rules_and_not_after_them_all():
    views = files_of().plan.every_view
    text, early = (
        priorities.of_applied_view(views)(SimpleNamespace(view=name)) for name in ("text", "early")
    )
    assert text > of_rule("mlp") > early > of_rule("logistic_regression")


def test_what_is_trained_on_several_partitions_comes_before_rules_even_where_evaluation_alone_waits_for_it():
    views = files_of().plan.every_view
    text, early = (
        priorities.of_view(views, several=True)(SimpleNamespace(view=name)) for name in ("text", "early")
    )
    assert priorities.PARTITIONS > text > early > of_rule("mlp")


@pytest.mark.parametrize("rule", ["random_forest", "mlp", "mlp_log"])
def test_rules_that_are_fitted_once_a_seed_come_before_those_that_are_fitted_once(rule):
    assert of_rule(rule) > of_rule("logistic_regression")


def test_a_learner_and_the_choice_among_learners_come_as_their_view_does():
    files = files_of(learners=[{"name": "svm"}, {"name": "knn"}])
    for view in ("text", "early"):
        assert of_view(files, f"{view}.knn") == of_view(files, view)
    assert of_view(files, "text.knn") > of_view(files, "early.knn")


def test_cooperative_learning_which_fits_many_times_is_not_put_off_by_two_jobs_of_one_thread():
    early = {"name": "early", "modalities": ["audio", "text"], "combine": "cooperative"}
    files = files_of(views=[early])
    assert of_view(files, "early") > 2 * of_view(files, "text")
