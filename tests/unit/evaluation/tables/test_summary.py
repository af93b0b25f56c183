"""The summary says what the tables say, and the ranking fits a terminal."""

from dataclasses import replace

import numpy as np
import pytest

import made_up_models as made_up
from latefusion.evaluation.checks.finding import gather
from latefusion.evaluation.checks.suite import run_checks
from latefusion.evaluation.evaluate import evaluate
from latefusion.evaluation.tables.summary import as_columns, columns, ranking, summarise

CHECKS = {
    "counts": {"error": 1, "warning": 0, "note": 2},
    "checks": [{"severity": "error", "sentence": "A long sentence that must be broken, " * 5}],
}


@pytest.fixture(scope="module")
def tables():
    own = made_up.items()
    rows = np.arange(400, 600)
    models = [
        made_up.model("majority", "baseline", own, rows, 0.0),
        made_up.model("audio", "single", own, rows, 1.2),
        made_up.model("a_rule_with_a_name_that_is_far_too_long", "rule", own, rows, 1.5),
        made_up.model("vote", "rule", own, rows, 1.5, probabilistic=False),
    ]
    found = evaluate(models, protocol="honest", items=own, dataset=made_up.dataset(own.label, 400), draws=200)
    return {"honest": found}


def test_there_is_a_row_for_each_protocol_model_and_subset(tables):
    rows = summarise(tables)
    keys = [(row["protocol"], row["model"], row["subset"]) for row in rows]
    assert len(set(keys)) == len(keys) == 8
    assert {row["subset"] for row in rows} == {"all", "unseen_group"}
    for row in rows:
        assert list(row) == columns()


def test_a_row_holds_the_metrics_and_their_intervals(tables):
    for row in summarise(tables):
        for metric in tables["honest"]["metrics"].to_pylist():
            if (metric["model"], metric["subset"]) == (row["model"], row["subset"]):
                name = metric["metric"]
                assert (row[name], row[f"{name}_low"], row[f"{name}_high"]) == (
                    metric["value"],
                    metric["low"],
                    metric["high"],
                )


def test_a_row_holds_the_comparison_with_the_reference(tables):
    (row,) = [r for r in summarise(tables) if (r["model"], r["subset"]) == ("vote", "all")]
    (audio,) = [r for r in summarise(tables) if (r["model"], r["subset"]) == ("audio", "all")]
    assert row["difference"] == pytest.approx(row["accuracy"] - audio["accuracy"])
    assert row["difference_low"] < row["difference"] < row["difference_high"]
    assert 0 <= row["p_holm"] <= 1
    assert row["log_loss"] is None
    assert audio["is_reference"]
    assert audio["difference"] is None


@pytest.mark.parametrize("metric", ["balanced_accuracy", "macro_f1", "log_loss", "auroc"])
def test_ranking_difference_and_claims_are_of_the_headline_metric(metric):
    own = made_up.items()
    rows = np.arange(400, 600)
    models = [
        made_up.model("majority", "baseline", own, rows, 0.0),
        made_up.model("audio", "single", own, rows, 1.2),
        made_up.model("mean", "rule", own, rows, 3.0),
        made_up.model("vote", "rule", own, rows, 1.5, probabilistic=False),
    ]
    data = made_up.dataset(own.label, 400)
    found = {"honest": evaluate(models, protocol="honest", items=own, dataset=data, draws=200, metric=metric)}
    summary = summarise(found, metric)
    (row,) = [r for r in summary if (r["model"], r["subset"]) == ("mean", "all")]
    (audio,) = [r for r in summary if (r["model"], r["subset"]) == ("audio", "all")]
    assert row["metric"] == metric
    assert row["difference"] == pytest.approx(row[metric] - audio[metric])
    lines = ranking(summary, found, CHECKS, metric).splitlines()
    assert max(map(len, lines)) <= 80
    value = f"{100 * row[metric]:.1f}" if metric == "balanced_accuracy" else f"{row[metric]:.3f}"
    shown = [line[2:30].split() for line in lines[2:6]]
    assert shown[0] == ["mean", value]
    # a vote has neither log loss nor AUROC, and leaves that ranking
    assert (shown[-1] == ["vote"]) is (metric in ("log_loss", "auroc"))
    heads = {
        "balanced_accuracy": "balanced accuracy in %",
        "macro_f1": "macro-F1",
        "log_loss": "log loss (less is better)",
        "auroc": "AUROC",
    }
    assert lines[0].startswith(f"honest: {heads[metric]} on 200 items")
    text = " ".join(" ".join(lines).split())
    assert "after Holm's correction: mean" in text
    units = {"balanced_accuracy": " points", "log_loss": " nats"}
    told = (
        text.partition("difference (80 % power): ")[2]
        .partition(". ")[0]
        .removesuffix(", depending on the rule")
    )
    assert told.removesuffix(".").endswith(units[metric]) if metric in units else told[-1].isdigit()
    assert f"Observed best mean {value}{' %' if metric == 'balanced_accuracy' else ''};" in text


def test_checks_compare_models_in_the_headline_metric():
    own = made_up.items()
    rows = np.arange(400, 600)
    models = [
        made_up.model("audio", "single", own, rows, 2.5),
        made_up.model("bad", "rule", own, rows, 0.2),
    ]
    data = made_up.dataset(own.label, 400)
    tables = {
        "honest": evaluate(models, protocol="honest", items=own, dataset=data, draws=200, metric="log_loss")
    }
    checks = run_checks(gather(tables, data, metric="log_loss"))["checks"]
    told = {check["code"]: check for check in checks}
    (row,) = [r for r in summarise(tables, "log_loss") if (r["model"], r["subset"]) == ("bad", "all")]
    assert row["difference"] > 0
    assert told["rule_worse"]["sentence"] == (
        f"bad is worse than audio alone in log loss, by {row['difference']:.3f} nats, "
        "after Holm's correction."
    )
    assert "in log loss" in told["rule_not_better"]["sentence"]
    assert "look at accuracy" in told["rule_not_better"]["what_to_do"]


def test_columns_are_as_long_as_there_are_rows(tables):
    rows = summarise(tables)
    found = as_columns(rows)
    assert list(found) == columns()
    assert {len(values) for values in found.values()} == {len(rows)}


def test_the_ranking_has_80_columns_and_the_best_on_top(tables):
    rows = summarise(tables)
    text = ranking(rows, tables, CHECKS)
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    best = max((r for r in rows if r["subset"] == "all"), key=lambda r: r["accuracy"])
    assert best["model"][:10] in lines[2]
    assert f"{100 * best['accuracy']:.1f}" in lines[2]
    assert "200 items" in lines[0]
    assert "1 errors" not in text
    assert "1 error, 0 warnings, 2 notes" in text


def test_the_bar_of_an_interval_holds_the_value(tables):
    text = ranking(summarise(tables), tables, CHECKS)
    bars = [line[44:66] for line in text.splitlines()[2:6]]
    assert all(bar.count("o") == 1 for bar in bars)


def claims(*rules):
    """Return the sentence on the rules, unwrapped, and their comparisons in accuracy."""
    own = made_up.items()
    rows = np.arange(400, 600)
    audio = made_up.model("audio", "single", own, rows, 1.2)
    early = made_up.model("early", "early", own, rows, 6.0)
    models = [audio, early, *(rule(own, rows, audio, early) for rule in rules)]
    data = made_up.dataset(own.label, 400)
    own_tables = evaluate(models, protocol="honest", items=own, dataset=data, draws=200)
    found = {"honest": own_tables}
    text = ranking(summarise(found), found, CHECKS).replace("\n  ", " ")
    (sentence,) = [line for line in text.splitlines() if line.startswith("Better than")]
    family = [
        one
        for one in own_tables["comparisons"].to_pylist()
        if (one["family"], one["metric"]) == ("confirmatory", "accuracy")
    ]
    return sentence, {one["model"]: one for one in family}


def rule(name, strength):
    return lambda own, rows, audio, early: made_up.model(name, "rule", own, rows, strength)


def test_the_ranking_says_what_could_be_found_after_the_correction_over_the_rules():
    def near(own, rows, audio, early):
        p, predicted = audio.p.copy(), audio.predicted.copy()
        p[:3], predicted[:3] = np.eye(4)[own.label[rows[:3]]], own.label[rows[:3]]
        return replace(audio, name="near", kind="rule", p=p, predicted=predicted)

    def same(own, rows, audio, early):
        return replace(audio, name="same", kind="rule")

    sentence, family = claims(near, rule("far", 1.5), same)
    least, most = (100 * family[name]["detectable_holm"] for name in ("near", "far"))
    assert 0 < least < most
    assert family["same"]["detectable_holm"] == 0
    assert family["far"]["tests"] == 3
    assert most > 100 * family["far"]["detectable"]
    assert f"difference (80 % power): {least:.1f} to {most:.1f} points, depending on the rule." in sentence


def test_one_rule_alone_has_one_detectable_difference():
    sentence, family = claims(rule("far", 1.5))
    assert f"difference (80 % power): {100 * family['far']['detectable']:.1f} points." in sentence


def test_a_rule_that_says_what_a_view_says_is_named_where_it_is_better():
    def copy(own, rows, audio, early):
        return replace(early, name="copy", kind="rule")

    sentence, family = claims(copy)
    assert family["copy"]["same_as"] == "early"
    assert "after Holm's correction: copy." in sentence


def judged(items, audio, mean):
    """Return the tables and the checks of a rule and a single modality, as good as they are made up to be."""
    rows = np.arange(400, 600)
    models = [
        made_up.model("majority", "baseline", items, rows, 0.0),
        made_up.model("audio", "single", items, rows, audio),
        made_up.model("mean", "rule", items, rows, mean),
    ]
    data = made_up.dataset(items.label, 400)
    tables = {"honest": evaluate(models, protocol="honest", items=items, dataset=data, draws=200)}
    return tables, run_checks(gather(tables, data))


def test_groups_that_could_show_no_difference_are_said_to_be_too_few():
    own = made_up.items()
    places = np.arange(len(own.group)) % 4
    few = replace(own, group=np.where(own.split == "test", places.astype(str), own.group).astype(object))
    tables, checks = judged(few, audio=0.2, mean=3.0)
    text = " ".join(ranking(summarise(tables), tables, checks).split())
    assert "after Holm's correction: no rule, as 4 groups could show none." in text
    assert "Minimum detectable" not in text
    told = next(check for check in checks["checks"] if check["code"] == "test_too_small")
    assert told["sentence"].startswith("200 items in 4 groups cannot show that a rule is better than audio")


def test_one_test_group_is_ranked_without_intervals_and_says_so():
    own = made_up.items()
    alone = replace(own, group=np.where(own.split == "test", "only", own.group).astype(object))
    tables, checks = judged(alone, audio=1.2, mean=1.5)
    few = next(check for check in checks["checks"] if check["code"] == "few_groups")
    assert few["sentence"].startswith("The test items are of one group: there are no intervals")
    assert "test_too_small" not in {check["code"] for check in checks["checks"]}
    found = summarise(tables)
    accuracy = {row["model"]: 100 * row["accuracy"] for row in found if row["subset"] == "all"}
    assert {row["accuracy_low"] for row in found} == {None}
    lines = ranking(found, tables, checks).splitlines()
    assert lines[0] == "honest: accuracy in % on 200 items of 1 group, which gives no interval"
    ranked = sorted(accuracy, key=lambda name: -accuracy[name])
    for line, name in zip(lines[2:5], ranked, strict=True):
        assert line[2:30].split() == [name, f"{accuracy[name]:.1f}"]
        assert line[30:66].strip() == "o"
    text = " ".join("\n".join(lines).split())
    assert "Better than audio alone, after Holm's correction: no rule, as one group tells nothing" in text
    assert f"Observed best {ranked[0]} {accuracy[ranked[0]]:.1f} %." in text
    assert "points would be missed" not in text
