"""The ranking as Markdown, LaTeX and CSV."""

import pytest

from latefusion.evaluation.tables.ranking_files import as_columns, escaped, latex, markdown, ranked

HOSTILE = r"50%_of & $x^2$ \input{a} | # ~"


def row(model, accuracy, low=None, high=None, *, tied=True, loss=None, subset="all", kind="rule"):
    return {
        "protocol": "honest",
        "model": model,
        "subset": subset,
        "kind": kind,
        "accuracy": accuracy,
        "accuracy_low": low,
        "accuracy_high": high,
        "log_loss": loss,
        "macro_f1": 0.5,
        "in_confidence_set": tied,
    }


ROWS = [
    row("worse", 0.4004, 0.35, 0.45, tied=False, loss=1.25),
    row(HOSTILE, 0.5126, 0.4449, 0.58),
    row("worse", 0.9, subset="given_test"),
    # one of several learners that others were chosen from, which no confidence set is about
    row("text.knn", 0.95, tied=None, kind="learner"),
]


def test_the_best_stands_first_rounded_as_on_the_terminal():
    ranks = ranked(ROWS, "accuracy")
    assert as_columns(ranks, "accuracy") == {
        "protocol": ["honest", "honest"],
        "model": [HOSTILE, "worse"],
        "accuracy": ["51.3", "40.0"],
        "low": ["44.5", "35.0"],
        "high": ["58.0", "45.0"],
        "tied": ["*", ""],
        "log_loss": ["", "1.250"],
        "macro_f1": ["0.500", "0.500"],
    }


def test_latex_sets_a_name_as_it_stands():
    assert escaped(HOSTILE) == (
        r"50\%\_of \& \$x\textasciicircum{}2\$ \textbackslash{}input\{a\} \textbar{} \# \textasciitilde{}"
    )
    lines = latex(ranked(ROWS, "accuracy"), "accuracy").splitlines()
    assert rf"{escaped(HOSTILE)} & 51.3* & 44.5--58.0 &  & 0.500 \\" in lines
    assert [line.count(" & ") for line in lines if line.endswith(r"\\") and "multicolumn" not in line] == [
        4
    ] * 3


def test_markdown_shows_a_name_as_it_stands():
    (line,) = [line for line in markdown(ranked(ROWS, "accuracy"), "accuracy").splitlines() if "51.3" in line]
    assert line == r"| 50%\_of &amp; \$x^2\$ \\input{a} \| \# \~ | 51.3\* | 44.5–58.0 |  | 0.500 |"


@pytest.mark.parametrize("write", [latex, markdown])
def test_a_name_of_several_lines_stays_on_one(write):
    assert "a b" in write(ranked([row("a\nb", 0.5)], "accuracy"), "accuracy")
