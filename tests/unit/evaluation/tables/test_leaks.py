"""What leaks were worth: planted differences on the same items."""

from dataclasses import replace

import numpy as np
import pytest

import made_up_models as made_up
from latefusion.evaluation.evaluate import evaluate
from latefusion.evaluation.tables.leaks import leaks

TEST = np.arange(400, 600)


@pytest.fixture(scope="module")
def own():
    return made_up.items()


def tables(own, protocol, models):
    return evaluate(models, protocol=protocol, items=own, dataset=made_up.dataset(own.label, 400), draws=200)


@pytest.fixture(scope="module")
def found(own):
    single = made_up.model("audio", "single", own, TEST, 1.0)
    vote = made_up.model("vote", "rule", own, TEST, 1.0, probabilistic=False)
    everything = np.arange(600)
    parts = np.array([f"cross-0-{i % 2}" for i in range(600)], object)
    return leaks(
        {
            "replica": tables(own, "replica", [single, made_up.model("mlp", "rule", own, TEST, 4.0), vote]),
            "honest": tables(own, "honest", [single, made_up.model("mlp", "rule", own, TEST, 1.0), vote]),
            "cross": tables(
                own,
                "cross",
                [
                    made_up.model("audio", "single", own, everything, 0.2, partition=parts),
                    made_up.model("mlp", "rule", own, everything, 1.0, repeats=2, partition=parts),
                ],
            ),
        },
        draws=400,
    ).to_pylist()


def one(found, **wanted):
    (row,) = [row for row in found if all(row[key] == value for key, value in wanted.items())]
    return row


def test_what_does_not_change_between_protocols_is_worth_nothing(found):
    row = one(found, model="audio", comparison="replica-honest", metric="accuracy")
    assert (row["difference"], row["low"], row["high"], row["p"]) == (0, 0, 0, 1)


def test_a_planted_leak_is_found_with_its_interval(found):
    row = one(found, model="mlp", comparison="replica-honest", metric="accuracy")
    assert row["difference"] == pytest.approx(row["claimed_value"] - row["honest_value"])
    assert 0.2 < row["low"] < row["difference"] < row["high"]
    assert row["p"] < 1e-6
    loss = one(found, model="mlp", comparison="replica-honest", metric="log_loss")
    assert loss["high"] < 0


def test_honest_and_cross_are_compared_on_the_items_of_the_test_file(found):
    row = one(found, model="audio", comparison="honest-cross", subset="given_test", metric="accuracy")
    assert row["n"] == 200
    assert row["difference"] > 0.05
    assert one(found, model="mlp", comparison="honest-cross", subset="given_test", metric="accuracy")["p"] > 0


def test_items_of_unseen_groups_are_the_control(found, own):
    seen = set(own.group[:400])
    row = one(found, model="audio", comparison="honest-cross", subset="unseen_group", metric="accuracy")
    assert row["n"] == sum(group not in seen for group in own.group[400:])


def test_a_rule_without_probabilities_has_no_difference_in_log_loss(found):
    rows = [row for row in found if row["model"] == "vote"]
    assert {row["metric"] for row in rows} == {"accuracy"}
    assert {row["comparison"] for row in rows} == {"replica-honest"}


def test_one_protocol_alone_has_nothing_to_compare(own):
    model = made_up.model("audio", "single", own, TEST)
    only = {"honest": tables(own, "honest", [model, replace(model, name="m", kind="rule")])}
    assert leaks(only).num_rows == 0


def test_rules_that_fuse_other_modalities_are_not_the_same_models(own):
    models = [
        made_up.model("audio", "single", own, TEST, 1.0),
        made_up.model("mean", "rule", own, TEST, 2.0),
    ]
    both = {protocol: tables(own, protocol, models) for protocol in ("replica", "honest")}
    fused = {"replica": ["audio", "text"], "honest": ["audio", "text"]}
    alike = leaks(both, fused=fused, draws=50).to_pylist()
    assert {row["model"] for row in alike} == {"audio", "mean"}
    other = leaks(both, fused={**fused, "replica": ["audio", "text", "tags"]}, draws=50).to_pylist()
    assert {row["model"] for row in other} == {"audio"}
