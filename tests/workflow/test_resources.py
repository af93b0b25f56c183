"""What jobs ask a scheduler for: enough for their data, no more than a node has, more at each attempt."""

import json

import pytest
import yaml

from latefusion.planning import resources
from runs import SMALL, dag, write_run
from settings import ROOT

PROFILE = yaml.safe_load((ROOT / "profiles/slurm/profile.yaml").read_text())
NODE_MB = int(PROFILE["resources"][0].removeprefix("mem_mb="))
ROWS = (2_000, 10_870, 50_000)
GROWING = ("train_svm", "train_svm_cross", "predict_svm", "predict_svm_given", "fuse", "evaluate", "report")


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """Return what one job of each rule asks for: (rows, attempt) -> rule -> (megabytes, minutes, threads)."""
    folder = write_run(
        tmp_path_factory.mktemp("asked"),
        configuration={**SMALL, "evaluation": {**SMALL["evaluation"], "learning_curve": True}},
    )
    (folder / "results").mkdir()
    found = {}
    for rows in (None, *ROWS):
        if rows is not None:
            size = {
                "n": {"train": rows, "test": 0},
                "modalities": {"text": {"dimension": 768}, "audio": {"dimension": 498}},
                "classes": [{}] * 4,
            }
            (folder / "results/dataset.json").write_text(json.dumps(size))
        with dag(folder) as plan:
            for attempt in (1, 2):
                for job in plan.needrun_jobs():
                    job.attempt = attempt
                    asks = (job.resources.get("mem_mb"), job.resources.get("runtime"), job.threads)
                    # of a rule's jobs, the view with the most columns
                    known = found.setdefault((rows, attempt), {})
                    known[job.rule.name] = max(
                        known.get(job.rule.name, asks), asks, key=lambda one: one[0] or 0
                    )
    return found


def test_a_plan_without_data_knows_what_to_ask_for(asked):
    assert all(isinstance(asks, int) for asks, _, _ in asked[None, 1].values() if asks is not None)
    assert asked[None, 1]["train_svm"][0] < 1000


@pytest.mark.parametrize("rule", [*GROWING, "learning_curve"])
def test_memory_and_time_grow_with_the_rows(asked, rule):
    memory, minutes, _ = zip(*(asked[rows, 1][rule] for rows in ROWS), strict=True)
    assert sorted(memory) == list(memory)
    assert memory[0] < memory[-1]
    assert sorted(minutes) == list(minutes)
    assert minutes[0] < minutes[-1]


def test_an_ordinary_node_has_room_for_the_largest(asked):
    largest = {rule: asks for rule, (asks, _, _) in asked[50_000, 1].items() if asks is not None}
    assert 10_000 < largest["train_svm"] < NODE_MB, "its Gram matrix has 10 GB"
    assert max(largest.values()) < NODE_MB
    assert max(memory for memory, _, _ in asked[2_000, 1].values() if memory) < 2_500


def test_the_guide_for_clusters_says_what_training_asks_for():
    said = " ".join((ROOT / "docs/cluster.md").read_text().split())
    for rows in ROWS:
        gigabytes = resources.svm_memory_mb(rows, 768) / 1000
        assert (
            f"{gigabytes:.1f} GB and {resources.svm_runtime_minutes(rows, 768)} minutes with {rows:,}" in said
        )


def test_every_bundled_rule_takes_a_turn():
    """Without it a group asks for the CPUs and memory of jobs that run one after another."""
    assert PROFILE["set-resources"] == [f"{rule}:turn=1" for rule in PROFILE["groups"]]


def test_each_attempt_asks_for_more(asked):
    for rule, (asks, minutes, _) in asked[10_870, 1].items():
        if asks is not None and rule != "all":
            assert asked[10_870, 2][rule][:2] == (2 * asks, 2 * minutes), rule


def test_threads_depend_on_the_rows_alone(asked):
    threads = [[asked[rows, attempt]["train_svm"][2] for attempt in (1, 2)] for rows in ROWS]
    assert threads == [[1, 1], [1, 1], [8, 8]]
