"""A job that fails: the others go on, the cause is said once, and nothing is built from what is missing."""

import shutil

import pytest

from runs import FEW, clone, contents, launch, write_config, write_run

pytestmark = pytest.mark.slow


def test_the_rest_is_made_and_the_cause_is_said_once(few, few_contents, tmp_path):
    code = clone(tmp_path / "code")
    rule = code / "scripts/latefusion/rules/accuracy_weighted.py"
    sound = rule.read_text()
    rule.write_text(sound + '\n\nraise RuntimeError("the weights ran out")\n')
    folder = shutil.copytree(few, tmp_path / "run")
    for name in few_contents:  # all that comes after training
        if not name.startswith(("items", "features", "partitions", "given", "dataset", "groups")):
            (folder / "results" / name).unlink()
    (folder / "results/report.html").unlink()
    failed = launch("run", "--cores", 2, cwd=folder, code=code, check=False)
    said = failed.stdout + failed.stderr
    assert failed.returncode == 1
    assert said.count("RuntimeError: the weights ran out") == 1
    assert "Not finished. The messages above say why." in said
    made = contents(folder)
    assert not any("accuracy_weighted" in name for name in made)
    assert {"fusion/honest/mean.parquet", "fusion/honest/class_weighted_max.parquet"} <= set(made)
    assert not {"summary.csv", "summary.txt", "checks.json"} & set(made)
    assert not (folder / "results/report.html").exists()

    rule.write_text(sound)
    launch("resume", "--cores", 2, cwd=folder, code=code)
    assert contents(folder) == few_contents


def test_a_refused_table_stops_at_the_door_with_its_message(tmp_path):
    folder = write_run(tmp_path, configuration=FEW)
    table = folder / "data/test.csv"
    table.write_text(table.read_text().replace("[", "(", 1))
    failed = launch("run", "--cores", 2, cwd=folder, check=False)
    said = failed.stdout + failed.stderr
    assert failed.returncode == 1
    assert said.count("data/test.csv") >= 1
    assert "Traceback" not in said.partition("Logfile")[2].partition("====")[0]
    assert not (folder / "results/dataset.json").exists()
    write_config(folder, FEW)
