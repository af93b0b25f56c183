"""The table "what runs again": a change, and the jobs that it makes stale; docs/rerun.md has it.

`python tests/stale.py` makes small results, plans each change and writes the table.
"""

import csv
import fnmatch
import importlib
import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

import documents
from runs import BESIDE, clone, launch, planned, write_config, write_run
from settings import ROOT

SECTION = "stale-table"
SUMMARY = ("summarise", "report")
FUSION = ("fuse */*", "select_rule *", "evaluate *", *SUMMARY)
SVMS = ("train_svm* */*", "predict_svm* */*", "measure_interactions *")
DATASET = ("check_dataset", "assign_partitions *")
ITEMS = {
    "data": {
        "items": "data/songs.csv",
        "item": "song",
        "label": "label",
        "class_name": "emotion",
        "group": "artist_name",
    },
    "modalities": [
        {"name": "text", "column": "text_embedding"},
        {"name": "audio", "file": "data/audio.csv", "column": "audio_embedding"},
    ],
    "views": [],
    "folds": 2,
    "cross": {"column": "fold"},
    "rules": [{"name": "mean"}],
    "evaluation": {"draws": 200},
}
"""One table of all items, of which cross has its folds, and a modality with a file of its own."""
HEAD = ("| after a change of | these jobs run again |", "| --- | --- |")


@dataclass(frozen=True)
class Place:
    """A copy of the finished run for one change, with a checkout of its own where the change needs one."""

    folder: Path
    checkout: Path

    @property
    def code(self):
        """The checkout, which is made when it is first asked for."""
        return self.checkout if self.checkout.exists() else clone(self.checkout)

    @property
    def plans(self):
        """The code that plans the change."""
        return self.checkout if self.checkout.exists() else ROOT

    def configure(self, edit):
        """Change the configuration."""
        configuration = yaml.safe_load((self.folder / "config.yaml").read_text(encoding="utf-8"))
        edit(configuration)
        write_config(self.folder, configuration)

    def append(self, path, text):
        """Add a line to a file of the code."""
        file = self.code / path
        assert file.is_file(), file
        with file.open("a") as opened:
            opened.write(text)

    def rewrite(self, split, edit):
        """Change the rows of a CSV, given as lists, header first."""
        rows = self.read(split)
        edit(rows)
        self.write(split, rows)

    def read(self, name):
        """Return the rows of a CSV."""
        with (self.folder / "data" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.reader(file))

    def write(self, name, rows):
        """Write the rows of a CSV."""
        with (self.folder / "data" / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)


@dataclass(frozen=True)
class Change:
    """One row of the table.

    Attributes
    ----------
    what : str
        The change, in the words of the table.
    make : callable
        Makes it in a `Place`.
    stale : tuple of str
        Patterns of the jobs that must run; all others must not.
    gone, new : tuple of str
        Patterns of jobs that the change removes from the plan, and jobs that it adds.
    installed : str
        A distribution that has another version.
    options : tuple of str
        Options of Snakemake.
    said : str
        What the table says where the names of the jobs would not do.
    """

    what: str
    make: Callable = lambda place: None
    stale: tuple = ()
    gone: tuple = ()
    new: tuple = ()
    installed: str = ""
    options: tuple = ()
    said: str = ""

    def expected(self, every_job):
        """Return the names of the jobs that must run, given those of a whole run."""
        stale = {job for job in every_job if any(fnmatch.fnmatchcase(job, one) for one in self.stale)}
        gone = {job for job in every_job if any(fnmatch.fnmatchcase(job, one) for one in self.gone)}
        return stale - gone | set(self.new)


def _set(path, value):
    """Return an edit that sets a dotted key of the configuration."""

    def edit(configuration):
        *parents, last = path.split(".")
        for part in parents:
            configuration = configuration[int(part) if part.isdigit() else part]
        configuration[int(last) if last.isdigit() else last] = value

    return lambda place: place.configure(edit)


def _code(path, text="\n\nCHANGED = 1\n"):
    return lambda place: place.append(path, text)


def _one_number(place):
    def edit(rows):
        column = rows[0].index("text_embedding")
        rows[1][column] = re.sub(r"\d(?=\])", lambda digit: str((int(digit[0]) + 1) % 10), rows[1][column])

    place.rewrite("train", edit)


def _unread(place):
    def edit(rows):
        rows[1][rows[0].index("audio_url")] = "https://example.org/moved.mp3"

    place.rewrite("train", edit)


def write_items(folder):
    """Write the run of `ITEMS`: its table, from those of two files, and the file of its audio."""
    write_run(folder, configuration=ITEMS)
    place = Place(folder, folder)
    songs, audio = [], [["song", "audio_embedding"]]
    for split in ("train", "test"):
        head, *rows = place.read(split)
        column, artist = head.index("audio_embedding"), head.index("artist_name")
        for row in rows:
            name = f"s{len(songs)}"
            audio.append([name, row[column]])
            songs.append([*row, name, sum(map(ord, row[artist])) % 2])
    place.write("songs", [[*head, "song", "fold"], *songs])
    place.write("audio", audio)
    return folder


def _another_audio(place):
    place.rewrite("audio", lambda rows: rows[1].__setitem__(1, rows[2][1]))


def _audio_backwards(place):
    place.rewrite("audio", lambda rows: rows.__setitem__(slice(1, None), rows[:0:-1]))


def _another_fold(place):
    def edit(rows):
        artist, fold = rows[0].index("artist_name"), rows[0].index("fold")
        for row in rows[1:]:
            if row[artist] == rows[1][artist]:
                row[fold] = str(1 - int(row[fold]))

    place.rewrite("songs", edit)


def _touch(place):
    for root in (place.folder / "data", place.folder / "results", place.code):
        for path in root.rglob("*"):
            if path.is_file():
                path.touch()


def _rearranged(place):
    def backwards(value):
        if isinstance(value, dict):
            return {key: backwards(value[key]) for key in reversed(value)}
        return [backwards(one) for one in value] if isinstance(value, list) else value

    def edit(configuration):
        reordered = backwards({**configuration, "svm": {"gamma": "auto", "C": 1}})
        configuration.clear()
        configuration.update(reordered)

    place.configure(edit)


def _another_target(place):
    place.rewrite("train", lambda rows: rows[1].__setitem__(rows[0].index("valence"), "0.123"))


def _one_target(configuration):
    configuration["data"]["target"] = ["valence"]
    configuration["quadrants"]["cut"] = [0]


def _with_modality(configuration):
    configuration["modalities"].append({"name": "words", "column": "text_embedding"})


VIEWS = ("text", "audio", "early")
PROTOCOLS = ("replica", "honest", "cross")
MODALITY = (
    *("train_svm given/words", "train_svm_cross cross-0/words"),
    *("predict_svm_given given/words", "predict_svm cross-0/words"),
)
REPEAT = (
    *(f"assign_partitions cross-1-{k}" for k in range(2)),
    *(f"{rule} cross-1/{view}" for rule in ("train_svm_cross", "predict_svm") for view in VIEWS),
)

CHANGES = [
    Change("nothing"),
    Change(
        "`C` of the view `early`",
        lambda place: place.configure(lambda c: c["views"][0].update(svm={"C": 2})),
        ("train_svm* */early", "predict_svm* */early", "measure_interactions early", "evaluate *", *SUMMARY),
    ),
    Change(
        "`C` of the modality `text`",
        lambda place: place.configure(lambda c: c["modalities"][0].update(svm={"C": 2})),
        ("train_svm* */text", "predict_svm* */text", *FUSION),
    ),
    Change(
        "an option of the rule `mlp`",
        _set("rules.3.epochs", 3),
        ("fuse */mlp", "select_rule *", "evaluate *", *SUMMARY),
    ),
    Change(
        "`rules/accuracy_weighted.py`",
        _code("scripts/latefusion/rules/accuracy_weighted.py"),
        ("fuse */accuracy_weighted", "select_rule *", "evaluate *", *SUMMARY),
    ),
    Change(
        "a comment in `rules/logistic_regression.py`",
        _code("scripts/latefusion/rules/logistic_regression.py", "\n# a comment\n"),
        ("fuse */logistic_regression", "select_rule *", "evaluate *", *SUMMARY),
    ),
    Change("the solver, `smo.py`", _code("scripts/latefusion/svm/smo.py"), (*SVMS, *FUSION)),
    Change(
        "what the scheduler is told, `planning/resources.py`",
        _code("scripts/latefusion/planning/resources.py"),
    ),
    Change(
        "the checks of the configuration, `planning/configuration.py`",
        _code("scripts/latefusion/planning/configuration.py"),
    ),
    Change(
        "models that users bring, `external/pretrained_svm.py`, where no view has one",
        _code("scripts/latefusion/external/pretrained_svm.py"),
    ),
    Change(
        "the intervals, `evaluation/intervals.py`",
        _code("scripts/latefusion/evaluation/intervals.py"),
        ("evaluate *", *SUMMARY),
    ),
    Change(
        "the metric, `evaluation.metric`",
        _set("evaluation.metric", "macro_f1"),
        ("select_rule *", "evaluate *", *SUMMARY),
    ),
    Change(
        "the report's template, `report/templates/page.html`",
        _code("scripts/latefusion/report/templates/page.html", "\n"),
        ("report",),
    ),
    Change("one number in one embedding of train", _one_number, ("ingest train", *DATASET, *SVMS, *FUSION)),
    Change(
        "a column of the CSV that nobody reads",
        _unread,
        ("ingest train", *DATASET, *SVMS, *FUSION),
    ),
    Change(
        "a rule added",
        lambda place: place.configure(lambda c: c["rules"].append({"name": "product"})),
        ("select_rule *", "evaluate *", *SUMMARY),
        new=tuple(f"fuse {protocol}/product" for protocol in PROTOCOLS),
    ),
    Change(
        "a rule removed",
        lambda place: place.configure(lambda c: c["rules"].pop(2)),
        ("select_rule *", "evaluate *", *SUMMARY),
        gone=("fuse */logistic_regression",),
    ),
    Change("the rules in another order", lambda place: place.configure(lambda c: c["rules"].reverse())),
    Change("the keys of the configuration in another order, and a default written out", _rearranged),
    Change(
        "a modality added",
        lambda place: place.configure(_with_modality),
        ("ingest *", *DATASET, *SVMS, *FUSION),
        new=MODALITY,
        said="everything, since `ingest` reads all modalities at once",
    ),
    Change("the seed", _set("seed", 1), ("assign_partitions *", *SVMS, *FUSION)),
    Change("the number of folds", _set("folds", 4), (*DATASET, *SVMS, *FUSION)),
    Change(
        "one more repeat of `cross`",
        _set("cross.repeats", 2),
        ("fuse cross/*", "select_rule cross", "evaluate cross", *SUMMARY),
        new=REPEAT,
        said="`assign_partitions`, `train_svm` and `predict_svm` of the new partitions, `fuse`, "
        "`select_rule` and `evaluate` of `cross`, `summarise`, `report`",
    ),
    Change(
        "threads or memory, in a profile or on the command line",
        options=("--set-threads", "train_svm=2", "--set-resources", "train_svm:mem_mb=9000"),
    ),
    Change("the time of any file: `touch`, `git checkout`", _touch),
    Change(
        "the folder: `results/` and `.snakemake/` copied beside a fresh checkout", lambda place: place.code
    ),
    Change(
        "another version of scikit-learn",
        stale=(*SVMS, *FUSION),
        installed="scikit-learn",
    ),
    Change("another version of numba", stale=(*SVMS, *FUSION), installed="numba"),
    Change(
        "another version of torch",
        stale=("fuse */mlp", "select_rule *", "evaluate *", *SUMMARY),
        installed="torch",
    ),
]


AFTER_CHECK = (*DATASET, *SVMS, *FUSION)
ITEM_CHANGES = [
    Change(
        "one number in a modality's own file",
        _another_audio,
        ("ingest_modality audio", *AFTER_CHECK),
    ),
    Change(
        "the order of the rows of a modality's own file",
        _audio_backwards,
        ("ingest_modality audio", *AFTER_CHECK),
        said="`ingest_modality`; what follows only where `ingest_all` was not run first, as its tables are "
        "equal",
    ),
    Change(
        "the folds that came with the data, `cross.column`",
        _another_fold,
        ("select_items", "ingest *", "ingest_modality audio", *AFTER_CHECK),
        said="`select_items`, `ingest`, `ingest_modality`, `check_dataset` and all that follows; with "
        "`ingest_all` first, from `check_dataset` on",
    ),
]
"""Changes of `ITEMS`."""

OF_NUMBERS = ("evaluate_targets *", "summarise_targets", "report_targets")
NUMBERS_FUSED = ("fuse_targets */*", "select_target_rule *", *OF_NUMBERS)
RIDGES = ("train_kernel_ridge */*", "predict_kernel_ridge */*")
TARGET_CHANGES = [
    Change(
        "`kernel_ridge.alphas`, of `data.target` beside classes",
        _set("kernel_ridge", {"alphas": [1, 10]}),
        (*RIDGES, *NUMBERS_FUSED, "report"),  # which shows the configuration
    ),
    Change(
        "the solver of numbers, `kernel_ridge/path.py`",
        _code("scripts/latefusion/kernel_ridge/path.py"),
        (*RIDGES, *NUMBERS_FUSED),
    ),
    Change(
        "`rules/ridge_stacking.py`, which serves numbers",
        _code("scripts/latefusion/rules/ridge_stacking.py"),
        ("fuse_targets */ridge_stacking", "select_target_rule *", *OF_NUMBERS),
    ),
    Change(
        "`rules/accuracy_weighted.py`, which serves classes, beside numbers with `quadrants`",
        _code("scripts/latefusion/rules/accuracy_weighted.py"),
        ("fuse */accuracy_weighted", "select_rule *", "evaluate *", *SUMMARY, *OF_NUMBERS),
    ),
    Change(
        "`C` of the modality `text`, beside numbers with `quadrants`",
        lambda place: place.configure(lambda c: c["modalities"][0].update(svm={"C": 2})),
        ("train_svm* */text", "predict_svm* */text", *FUSION, *OF_NUMBERS),
    ),
    Change("`quadrants.cut`", _set("quadrants.cut", [0, 0.5]), (*OF_NUMBERS, "report")),
    Change(
        "the draws of the bootstrap, `evaluation.draws`",
        _set("evaluation.draws", 300),
        ("evaluate *", *SUMMARY, *OF_NUMBERS),
    ),
    Change(
        "the bridge, `evaluation/targets/bridge.py`",
        _code("scripts/latefusion/evaluation/targets/bridge.py"),
        OF_NUMBERS,
    ),
    Change(
        "one number of a target in train",
        _another_target,
        ("ingest train", *DATASET, *SVMS, *FUSION, *RIDGES, *NUMBERS_FUSED),
    ),
    Change(
        "a target less, `data.target`",
        lambda place: place.configure(_one_target),
        ("ingest *", *DATASET, *SVMS, *FUSION, *RIDGES, *NUMBERS_FUSED),
        said="everything, since `ingest` reads all targets at once",
    ),
]
"""Changes of `BESIDE`."""

LEARNER_CHANGES = [
    Change(
        "an option of one of several `learners`",
        said="`train_learner` and `predict_learner` of that learner, `choose_learner`, `fuse`, "
        "`select_rule`, `evaluate`, `summarise`, `report`",
    ),
    Change(
        "what is fused of several learners, `fuse`",
        said="`fuse`, `select_rule`, `evaluate`, `summarise`, `report`",
    ),
]
"""Changes of a run with several learners, made by `tests/workflow/test_learners.py`."""

PREDICTION_CHANGES = [
    Change(
        "one number in finished `predictions`",
        said="`ingest_predictions`, `fuse`, `select_rule`, `evaluate`, `summarise`, `report`",
    ),
]
"""Changes of a run of finished predictions, made by `tests/workflow/test_predictions.py`."""


def copied(change, finished, folder):
    """Copy a finished run for a change, with new times, and make the change."""
    place = Place(folder / "run", folder / "code")
    shutil.copytree(finished, place.folder, copy_function=shutil.copy)
    change.make(place)
    return place


def stale_jobs(change, finished, folder):
    """Return the jobs that a change makes stale, as Snakemake plans them."""
    place = copied(change, finished, folder)
    digest = importlib.import_module("latefusion.planning.code_digest")
    version = digest._version
    digest._version = lambda name: "another" if name == change.installed else version(name)
    try:
        return planned(place.folder, code=place.plans, options=change.options)
    finally:
        digest._version = version


def row(change, jobs, every_job):
    """Return one row of the table."""
    return f"| {change.what} | {change.said or _in_words(jobs, every_job)} |"


def _in_words(jobs, every_job):
    if not jobs:
        return "none"
    total = Counter(_rule(job) for job in every_job)
    counts = Counter(map(_rule, jobs))
    order = list(dict.fromkeys(sorted(counts, key=lambda rule: ORDER.index(rule))))
    return ", ".join(
        f"`{rule}`" if counts[rule] >= total[rule] else f"`{rule}` ({counts[rule]} of {total[rule]})"
        for rule in order
    )


ORDER = (
    *("select_items", "ingest", "ingest_modality", "check_dataset", "assign_partitions"),
    *("train_svm", "predict_svm", "measure_interactions"),
    *("fuse", "select_rule", "evaluate", "summarise", "report"),
    *("train_kernel_ridge", "predict_kernel_ridge", "fuse_targets", "select_target_rule"),
    *("evaluate_targets", "summarise_targets", "report_targets"),
)


def _rule(job):
    return job.partition(" ")[0].replace("_given", "").replace("_cross", "")


def write_beside(folder):
    """Write the run of `BESIDE`."""
    return write_run(folder, configuration=BESIDE)


RUNS = {
    "files": (write_run, CHANGES),
    "items": (write_items, ITEM_CHANGES),
    "beside": (write_beside, TARGET_CHANGES),
}
"""What is written and run for some changes, by a name of its folder."""
MADE_ELSEWHERE = (*LEARNER_CHANGES, *PREDICTION_CHANGES)
"""Rows that other tests prove."""
ALL_CHANGES = (*(change for _, changes in RUNS.values() for change in changes), *MADE_ELSEWHERE)


def main():
    """Write the table into its page."""
    with tempfile.TemporaryDirectory() as name:
        rows, wrong = list(HEAD), {}
        for folder, (write, changes) in RUNS.items():
            finished = write(Path(name, folder))
            every_job = planned(finished)
            launch("run", "--cores", os.cpu_count(), cwd=finished)
            for number, change in enumerate(changes):
                jobs = stale_jobs(change, finished, Path(name, f"{folder}{number}"))
                rows.append(row(change, jobs, every_job))
                wrong[change.what] = sorted(jobs ^ change.expected(every_job))
    rows += [row(change, (), ()) for change in MADE_ELSEWHERE]
    documents.write({SECTION: "\n".join(rows)})
    print("\n".join(f"not as expected: {what}: {jobs}" for what, jobs in wrong.items() if jobs))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "scripts"))
    main()
