"""What is said on the terminal: short while a run is at work, and at its end what somebody wants to know."""

import importlib
import json
import logging
import re
import shutil

import pytest

from runs import FEW, once, snakemake, write_run
from settings import ROOT


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "workflow")


@pytest.fixture
def outcome():
    return importlib.import_module("launcher.outcome")


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Return the folder of a run by Snakemake itself, without a terminal, and both of its outputs."""

    def run(folder):
        ran = snakemake("--cores", 2, cwd=write_run(folder / "run", configuration=FEW))
        (folder / "said.json").write_text(json.dumps([ran.stdout, ran.stderr]))

    folder = once(tmp_path_factory, "plain", run)
    return folder / "run", *json.loads((folder / "said.json").read_text())


@pytest.mark.slow
def test_without_a_terminal_each_job_has_one_line_and_no_line_is_long(plain):
    _, _, said = plain
    lines = said.splitlines()
    jobs = [line for line in lines if re.match(r"\d\d:\d\d:\d\d +\d+ of 18  ", line)]
    names = [line.split("  ")[-2] for line in jobs]
    assert len(jobs) == len(set(names)) == 18, "the target `all` is no job"
    assert {"ingest train", "fuse honest/mean", "train_svm given/early", "report"} <= set(names)
    assert [int(line.split()[1]) for line in jobs] == list(range(1, 19))
    assert all(re.fullmatch(r"\d+\.\d s|\d+ min \d+ s", line.split("  ")[-1]) for line in jobs)
    assert len(lines) < 18 + 40
    assert max(map(len, lines)) < 200


@pytest.mark.slow
def test_plain_snakemake_ends_with_the_ranking_and_the_page(plain):
    folder, said, _ = plain
    assert (folder / "results/summary.txt").read_text(encoding="utf-8").rstrip() in said
    assert said.rstrip().splitlines()[-4].startswith("  results/report.html  everything on one page")


@pytest.mark.slow
def test_a_run_of_some_files_or_without_some_rules_has_no_ranking(plain, tmp_path):
    folder = shutil.copytree(plain[0], tmp_path / "run", copy_function=shutil.copy)
    for options in (("results/summary.csv",), ("--omit-from", "report")):
        (folder / "results/summary.csv").unlink()
        assert "accuracy in %" not in snakemake("--cores", 2, *options, cwd=folder).stdout


@pytest.mark.slow
def test_a_failed_run_ends_with_what_failed_and_where_its_log_is(tmp_path):
    folder = write_run(tmp_path, configuration=FEW)
    table = folder / "data/test.csv"
    table.write_text(table.read_text().replace("[", "(", 1))
    ran = snakemake("--cores", 2, cwd=folder, check=False)
    assert ran.returncode == 1
    assert "Failed: 1 job. What depends on it is not made.\n  ingest test: results/logs/ingest/test.log" in (
        ran.stderr
    )
    assert ran.stderr.count("found:") == 1, "the cause is said once"
    assert "results/features" not in ran.stderr, "no list of all files"


class TestEnding:
    def predictions(self, folder, rows, columns=("item", "predicted")):
        lines = [",".join(columns)]
        lines += [",".join(f"{name} {row}" for name in columns) for row in range(rows)]
        (folder / "predictions.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def test_of_predict_shows_the_first_rows_and_where_the_table_is(self, outcome, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        self.predictions(tmp_path, 7)
        said = outcome.ending(tmp_path, {"predict"}).splitlines()
        assert said[:2] == ["  item    predicted", "  item 0  predicted 0"]
        assert said[6] == "  … 2 more rows"
        assert said[-1] == "  predictions.csv  a class for every item"

    def test_of_few_predictions_leaves_nothing_out(self, outcome, tmp_path):
        self.predictions(tmp_path, 5)
        assert "…" not in outcome.ending(tmp_path, {"predict"})

    def test_of_predict_is_as_wide_as_a_terminal(self, outcome, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        self.predictions(tmp_path, 1, [f"a column with a long name {i}" for i in range(9)])
        said = outcome.ending(tmp_path, {"predict"}).splitlines()
        assert max(map(len, said)) <= 102
        assert re.search(r"… \d more columns", "\n".join(said))

    def test_of_an_empty_table_is_its_head(self, outcome, tmp_path):
        self.predictions(tmp_path, 0)
        assert outcome.ending(tmp_path, {"predict"}).splitlines()[0] == "  item  predicted"

    def test_of_everything_and_predict_has_both(self, outcome, tmp_path):
        self.predictions(tmp_path, 1)
        (tmp_path / "summary.txt").write_text("1. mean\n", encoding="utf-8")
        assert outcome.ending(tmp_path, {"all", "predict"}).startswith("1. mean\n")
        assert "a class for every item" in outcome.ending(tmp_path, {"all", "predict"})
        assert outcome.ending(tmp_path, set()) == outcome.ending(tmp_path, {"all"}) == "1. mean\n"
        assert outcome.ending(tmp_path, {"ingest_all"}) == ""

    @pytest.mark.parametrize(
        ("classes", "folders"),
        [([], {".": "each number"}), (["a"], {".": "a class", "regression": "each number"})],
    )
    def test_of_numbers_is_told_alone_or_beside_classes(self, outcome, tmp_path, classes, folders):
        dataset = {"classes": classes, "targets": [{"name": "valence"}]}
        (tmp_path / "dataset.json").write_text(json.dumps(dataset), encoding="utf-8")
        for name in folders:
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / "summary.txt").write_text(f"ranking of {name}\n", encoding="utf-8")
            self.predictions(tmp_path / name, 1)
        said = outcome.ending(tmp_path, {"all", "predict"})
        assert [name for name in folders if f"ranking of {name}" not in said] == []
        for name, what in folders.items():
            assert f"{tmp_path / name / 'predictions.csv'}  {what}" in said

    def test_of_classes_tells_nothing_of_numbers_of_an_earlier_run(self, outcome, tmp_path):
        (tmp_path / "dataset.json").write_text(json.dumps({"classes": ["a"]}), encoding="utf-8")
        for folder in (tmp_path, tmp_path / "regression"):
            folder.mkdir(exist_ok=True)
            (folder / "summary.txt").write_text(f"ranking of {folder.name}\n", encoding="utf-8")
        assert "regression" not in outcome.ending(tmp_path, set())

    @pytest.mark.parametrize(
        ("failed", "said"),
        [
            ([], ""),
            ([("report", ["a.log"])], "Failed: 1 job. What depends on it is not made.\n  report: a.log"),
            (
                [("a", ["a.log"]), ("b", [])],
                "Failed: 2 jobs. What depends on them is not made.\n  a: a.log\n  b: it has no log",
            ),
        ],
    )
    def test_of_failures_counts_and_names_them(self, outcome, failed, said):
        assert outcome.failures(failed) == said


class TestResultsFolder:
    """As the workflow reads it: a configuration that is named stands alone, or on what it extends."""

    @pytest.fixture
    def folder_of(self, outcome, tmp_path, monkeypatch):
        parsed = importlib.import_module("launcher.command_line").parsed
        monkeypatch.chdir(tmp_path)

        def of(*options):
            return str(outcome.results_folder(parsed(options), tmp_path))

        return of

    def test_is_that_of_the_last_configuration_that_names_one(self, folder_of, tmp_path):
        (tmp_path / "config.yaml").write_text("results: own\n", encoding="utf-8")
        (tmp_path / "a.yaml").write_text("results: a\n", encoding="utf-8")
        (tmp_path / "b.yaml").write_text("folds: 3\n", encoding="utf-8")
        assert folder_of() == "own"
        assert folder_of("--configfile", "a.yaml") == "a"
        assert folder_of("--configfile", "a.yaml", "b.yaml") == "a"
        assert folder_of("--configfile", "b.yaml") == "results", "config.yaml has no part in it"
        assert folder_of("--configfile", "a.yaml", "--config", "results=here") == "here"

    def test_is_that_of_the_configuration_that_it_extends(self, folder_of, tmp_path):
        (tmp_path / "sub").mkdir()
        (tmp_path / "base.yaml").write_text("results: base\nextends: sub/over.yaml\n", encoding="utf-8")
        (tmp_path / "sub/over.yaml").write_text("extends: ../base.yaml\n", encoding="utf-8")
        assert folder_of("--configfile", "sub/over.yaml") == "base"
        (tmp_path / "base.yaml").write_text("extends: sub/over.yaml\n", encoding="utf-8")
        assert folder_of("--configfile", "base.yaml") == "results", "a circle ends"


class TestJobs:
    """What is noted of the jobs while a run is at work."""

    @pytest.fixture
    def tell(self):
        progress = importlib.import_module("launcher.progress")
        logger = logging.Logger("snakemake of a test")
        jobs = progress.follow(logger, lines=False, aims=set)

        def tell(event, **message):
            record = logger.makeRecord("x", logging.INFO, "x", 1, "", (), None)
            record.__dict__.update(event=getattr(progress.LogEvent, event), **message)
            logger.handle(record)
            return jobs

        return tell

    def test_a_job_that_fails_is_listed_by_rule_and_wildcards(self, tell):
        tell("JOB_INFO", jobid=3, rule_name="fuse", wildcards={"protocol": "honest", "rule": "mean"})
        jobs = tell("JOB_ERROR", jobid=3, rule_name="fuse", log=["mean.log"])
        assert jobs.list_failed() == [("fuse honest/mean", ["mean.log"])]

    def test_a_job_that_succeeds_in_another_attempt_did_not_fail(self, tell):
        tell("JOB_ERROR", jobid=3, rule_name="fuse", log=["mean.log"])
        assert tell("JOB_FINISHED", job_id=3).list_failed() == []

    def test_each_job_of_a_group_that_fails_is_listed(self, tell):
        info = [{"jobid": number, "rule_name": "fuse", "log": []} for number in (1, 2)]
        assert len(tell("GROUP_ERROR", job_error_info=info).list_failed()) == 2


def test_what_the_executor_says_of_a_job_that_failed_is_shown_without_its_call():
    progress = importlib.import_module("launcher.progress")
    lines = progress.JobLines(progress.Jobs(), progress.DefaultFormatter({}, show_failed_logs=False), set)
    record = logging.makeLogRecord(
        {
            "event": progress.LogEvent.JOB_ERROR,
            "msg": "Error in rule fuse, jobid: 3",
            "rule_name": "fuse",
            "rule_msg": "It said 'invalid partition\nfailed'.\n    sbatch call:\n        sbatch -p x",
            "jobid": 3,
            "aux": {},
            "log": ["mean.log"],
        }
    )
    told = lines.format(record)
    assert "Error in rule fuse:\n    message: It said 'invalid partition\nfailed'." in told
    assert "sbatch -p" not in told
