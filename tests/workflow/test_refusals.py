"""Bad input at the level of a run: one message, no traceback, and what was there before stays."""

import re
import subprocess
import sys

import pytest

from runs import FEW, contents, snakemake, write_config, write_run
from settings import ROOT

pytestmark = pytest.mark.slow
TABLES = ("results/items/train.json", "results/items/test.json")


def refused(folder, *options, targets=TABLES, mount=None):
    """Run Snakemake, perhaps with something mounted first; return what it said once it has failed."""
    options = ("--cores", 2, *targets, *options)
    if mount is None:
        done = snakemake(*options, cwd=folder, check=False)
    else:
        command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", *options]
        script = [*("unshare", "-rm", "sh", "-c", f'{mount} && exec "$@"', "sh"), *map(str, command)]
        done = subprocess.run(script, cwd=folder, capture_output=True, text=True)
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "Traceback" not in said
    return said


def mounts(folder):
    """Say whether a file system can be mounted here."""
    test = ["unshare", "-rm", "sh", "-c", f"mount -t tmpfs tmpfs {folder}"]
    return subprocess.run(test, capture_output=True).returncode == 0


@pytest.fixture(scope="module")
def ingested(tmp_path_factory):
    """Return a working folder whose tables were read, and its training file as text."""
    folder = write_run(tmp_path_factory.mktemp("ingested"), configuration=FEW)
    snakemake("--cores", 2, *TABLES, cwd=folder)
    return folder, (folder / "data/train.csv").read_text()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            lambda text: re.sub(r"\[([^]]*)\]", lambda cell: cell[0].replace(",", ";"), text, count=1),
            "semicolons between numbers",
        ),
        (
            lambda text: re.sub(r"\[([^]]*)\]", lambda cell: cell[0].replace(",", ""), text, count=1),
            "NumPy's own printing",
        ),
        (lambda text: text.replace('"[', '"[0.5, ', 1), "4 numbers, as in 59 of 60 rows"),
        (lambda text: text[: len(text) // 2], "cut off"),
    ],
    ids=["semicolons", "NumPy's printing", "a wrong length", "cut off"],
)
def test_a_broken_table_is_refused_once_and_the_earlier_ones_stay(ingested, damage, message):
    folder, text = ingested
    before = contents(folder)
    (folder / "data/train.csv").write_text(damage(text))
    said = refused(folder)
    assert said.count(message) == 1
    assert said.count("the input cannot be used") == 1
    assert contents(folder) == before
    assert not list((folder / "results").rglob("*.part"))


def test_a_class_only_in_test_stops_before_anything_is_trained(tmp_path):
    folder = write_run(tmp_path, configuration={**FEW, "data": {**FEW["data"], "class_name": None}})
    table = folder / "data/test.csv"
    table.write_text(re.sub(r",\d\n", ",9\n", table.read_text(), count=1))
    said = refused(folder, targets=("results/given/models/text.joblib",))
    assert said.count("1 row of the class '9'\n") == 1
    assert not (folder / "results/dataset.json").exists()


def _broken_configurations():
    unsafe = [{**FEW["modalities"][0], "name": "../x"}, FEW["modalities"][1]]
    missing = {**FEW["data"], "train": "data/trian.csv"}
    return {
        "a mistyped key": ({**FEW, "foldss": 3}, "config.yaml, foldss", "write 'folds'"),
        "an unsafe name": ({**FEW, "modalities": unsafe}, "modalities[0].name", "it becomes a file name"),
        "a missing file": ({**FEW, "data": missing}, "config.yaml, data.train", "write 'data/train.csv'"),
        "a file for results": ({**FEW, "results": "data/test.csv"}, "config.yaml, results", "no folder"),
    }


@pytest.mark.parametrize("case", list(_broken_configurations()))
def test_a_configuration_is_refused_before_any_job(ingested, case):
    folder, text = ingested
    (folder / "data/train.csv").write_text(text)
    before = contents(folder)
    configuration, place, fix = _broken_configurations()[case]
    write_config(folder, configuration)
    said = refused(folder)
    write_config(folder, FEW)
    assert said.count(place) == 1
    assert fix in said
    assert "Job stats" not in said
    assert contents(folder) == before


def test_results_that_may_not_be_written_are_named_and_stay(ingested):
    folder, text = ingested
    if not mounts(folder / "data"):
        pytest.skip("nothing can be mounted in a namespace of one's own here")
    before = contents(folder)
    (folder / "data/train.csv").write_text(text.replace("Artist", "Painter"))
    mount = "mount --bind results results && mount -o remount,ro,bind results"
    said = refused(folder, mount=mount)
    assert said.count("results may not be written: let `results` in config.yaml name a folder of yours") == 1
    assert contents(folder) == before


def test_a_full_disk_is_said_in_words(tmp_path):
    folder = write_run(tmp_path, configuration=FEW, n_train=2000)
    (folder / "results").mkdir()
    if not mounts(folder / "results"):
        pytest.skip("tmpfs cannot be mounted in a namespace of one's own here")
    said = refused(folder, targets=TABLES[:1], mount="mount -t tmpfs -o size=24k tmpfs results")
    assert said.count("the disk is full") == 1
    assert said.count("make room, or let `results` name a folder on another disk") == 1


def test_memory_that_is_too_small_is_said_before_training_starts(tmp_path):
    folder = write_run(tmp_path, configuration=FEW)
    target = "results/given/models/text.joblib"
    said = refused(folder, "--set-resources", "train_svm:mem_mb=300", targets=(target,))
    assert said.count("60 training rows: their Gram matrix") == 1
    assert "set `svm: {approximation: {components: 1000}}`" in said
    assert not (folder / target).exists()


def test_new_items_that_do_not_fit_are_refused_before_anything_is_trained(tmp_path):
    folder = write_run(tmp_path, configuration={**FEW, "data": {**FEW["data"], "new": "data/new.csv"}})
    text = (folder / "data/test.csv").read_text()
    (folder / "data/new.csv").write_text(text.replace('"[', '"[0.5, '))
    said = refused(folder, targets=("results/items/new.json",))
    assert said.count("embeddings of 5 numbers for the modality text") == 1
    assert "4 numbers, as in data/train.csv" in said


def test_an_item_of_both_files_is_counted_and_the_run_goes_on(tmp_path):
    folder = write_run(tmp_path, configuration={**FEW, "data": {**FEW["data"], "item": "Unnamed: 0"}})
    train, test = ((folder / f"data/{split}.csv").read_text() for split in ("train", "test"))
    first_row = train[train.index("\n0,0,") : train.index("\n1,1,")]
    (folder / "data/test.csv").write_text(test.rstrip("\n") + first_row + "\n")
    snakemake("--cores", 2, "results/checks.json", cwd=folder)
    found = (folder / "results/checks.json").read_text()
    assert (
        "1 of 25 test items has the embeddings of an item of train; 1 has its identifier as well: that moves "
        "accuracy by at most 4.0 points" in found
    )
