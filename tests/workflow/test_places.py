"""Wherever a run takes place, it ends with the same bytes."""

import concurrent.futures
import os
import shutil
import subprocess
import sys

import pytest
import yaml

from runs import FEW, borrowing_environment, clone, contents, launch, snakemake, write_config, write_run
from settings import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def environment_with_blanks(tmp_path):
    """Return the Python of an environment in a folder with blanks; its libraries are those of this one."""
    place = tmp_path / "mein Ordner (1)" / ".venv"
    borrowing_environment(place)
    return place / "bin" / "python"


def test_an_environment_with_blanks_a_locale_without_umlauts_and_results_in_another_folder(
    few_contents, tmp_path, environment_with_blanks
):
    """Snakemake quotes no interpreter, and opens files in the character set of the locale."""
    folder = write_run(tmp_path / "Maß", configuration={**FEW, "results": "out/of the way/Größe"})
    ran = subprocess.run(
        [environment_with_blanks, ROOT / "workflow/launch.py", "run", "--cores", "2"],
        cwd=folder,
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert contents(folder, "out/of the way/Größe") == few_contents
    assert not (folder / "results").exists()
    assert b"  out/of the way/Gr??e/report.html" in ran.stdout, "a stand-in for what the terminal cannot show"


def test_where_a_link_to_the_environment_does_not_reach_it_is_refused(tmp_path, environment_with_blanks):
    write_run(tmp_path, configuration=FEW)
    for command in (
        ["-m", "snakemake", "--snakefile", ROOT / "Snakefile", "--cores", "2"],
        [ROOT / "workflow/launch.py", "run", "--workflow-profile", "slurm"],
    ):
        ran = subprocess.run(
            [environment_with_blanks, *command], cwd=tmp_path, capture_output=True, text=True
        )
        assert ran.returncode == 1
        assert f"{environment_with_blanks}\n    found:   Snakemake calls the Python of its jobs" in ran.stderr
        assert "make run VENV=/path/without/blanks" in ran.stderr
        assert "Traceback" not in ran.stderr


def test_letters_that_plain_snakemake_cannot_write_are_refused_and_others_are_not(tmp_path):
    narrow = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    write_run(tmp_path, configuration={**FEW, "results": "Größe"})
    refused = snakemake("--cores", 1, "ingest_all", cwd=tmp_path, environment=narrow, check=False)
    assert refused.returncode == 1
    assert "type `export PYTHONUTF8=1` before" in refused.stderr
    write_config(tmp_path, FEW)
    snakemake("--cores", 1, "ingest_all", cwd=tmp_path, environment=narrow)
    assert (tmp_path / "results/items/train.parquet").exists()


def test_a_home_that_takes_nothing_and_a_python_that_leaves_things_out(few_contents, tmp_path):
    """No cache at home, no script's folder to import from, no docstrings, and SLURM's word for no limit."""
    folder = write_run(tmp_path, configuration=FEW)
    odd = {"HOME": "/proc/nobody", "PYTHONSAFEPATH": "1", "PYTHONOPTIMIZE": "2"}
    environment = {name: value for name, value in os.environ.items() if name != "XDG_CACHE_HOME"} | odd
    options = ("--cores", 2, "--set-resources", "train_svm:mem_mb=0")
    launch("run", *options, cwd=folder, environment=environment)
    assert contents(folder) == few_contents


def test_two_folders_at_once_share_compiled_code_under_blanks_and_umlauts(few_contents, tmp_path):
    """With no compiled code yet, both compile and neither disturbs the other.

    Code, working folders, data and temporary files, all under names that people use.
    """
    code = clone(tmp_path / "mein Gerüst (1)", compiled=False)
    assert not list(code.rglob("*.nb[ci]"))
    folders = [write_run(tmp_path / name, configuration=FEW) for name in ("Größe & Maß", "two")]
    temporary = tmp_path / "zwischen lager"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with concurrent.futures.ThreadPoolExecutor() as pool:
        ends = [
            pool.submit(
                launch,
                *("run", "--cores", 1, "--directory", folder),
                cwd=tmp_path,
                code=code,
                environment=environment,
            )
            for folder in folders
        ]
        for end in ends:
            end.result()
    assert not list(temporary.rglob("*.csv")), "temporary files were removed"
    assert [contents(folder) for folder in folders] == [few_contents] * 2
    assert list(code.rglob("*.nbc")), "it was compiled here"


def test_a_read_only_checkout(few_contents, tmp_path):
    """To root the modes of files mean nothing, so the checkout is mounted read-only."""
    code = clone(tmp_path / "code", compiled=False)
    folder = write_run(tmp_path / "run", configuration=FEW)
    command = [sys.executable, code / "workflow/launch.py", "run", "--cores", 2, "--directory", folder]
    if os.getuid() == 0:
        script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'
        if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
            pytest.skip("this machine lets root mount nothing")
        command = ["unshare", "--mount", "sh", "-c", script, "sh", code, *command]
    else:
        for path in [code, *code.rglob("*")]:
            path.chmod(path.stat().st_mode & ~0o222)
    ran = subprocess.run([str(part) for part in command], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert contents(folder) == few_contents
    assert not (code / ".snakemake").exists()


def import_as_module(folder):
    """Write a Snakefile that imports the workflow, beside a run's configuration under another name."""
    (folder / "config.yaml").rename(folder / "fusion.yaml")
    (folder / "Snakefile").write_text(
        f"""
configfile: "fusion.yaml"

module latefusion:
    snakefile: "{ROOT}/Snakefile"
    config: config

use rule * from latefusion as fusion_*

rule everything:
    default_target: True
    input: rules.fusion_all.input
"""
    )
    shutil.copytree(ROOT / "profiles/default", folder / "profiles/default")


def test_imported_as_a_module(few_contents, tmp_path):
    """The importer names configuration and profile; digests are those of the imported code."""
    write_run(tmp_path, configuration=FEW)
    import_as_module(tmp_path)
    snakemake("--cores", 2, cwd=tmp_path, snakefile="Snakefile")
    assert contents(tmp_path) == few_contents
    again = snakemake("--cores", 2, cwd=tmp_path, snakefile="Snakefile")
    assert "Nothing to be done" in again.stderr


def test_imported_as_a_module_numbers_are_those_of_the_same_run(beside, tmp_path):
    shutil.copytree(beside, tmp_path, copy_function=shutil.copy, dirs_exist_ok=True)
    import_as_module(tmp_path)
    (tmp_path / "results/regression/fusion/honest/mean.json").unlink()
    done = snakemake("--cores", 2, cwd=tmp_path, snakefile="Snakefile")
    assert "fusion_fuse_targets" in done.stderr
    assert "fusion_train" not in done.stderr
    assert contents(tmp_path) == contents(beside)


def repository(folder, *files):
    """Return the folder of a repository that holds files of ours at a tag."""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", folder]
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, folder / file)
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"], ["tag", "v9"]):
        subprocess.run([*git, *command], check=True)
    return folder


def deployed(folder, path, *files):
    """Write what snakedeploy writes, with a repository on this machine, and run it dry."""
    remote = repository(folder / "remote", *files)
    (folder / "workflow").mkdir()
    (folder / "workflow/Snakefile").write_text(
        'configfile: "config/config.yaml"\n\nmodule latefusion:\n'
        f'    snakefile: gitfile("{remote}", path="{path}", ref="v9")\n    config: config\n\n'
        "use rule * from latefusion\n"
    )


def test_deployed_from_a_repository_it_is_the_workflow_of_the_installed_package(few, tmp_path):
    """The file at the tag is all that is fetched: rules, target and digests are those of the package."""
    shutil.copytree(few, tmp_path, copy_function=shutil.copy, dirs_exist_ok=True)
    (tmp_path / "config").mkdir()
    (tmp_path / "config.yaml").rename(tmp_path / "config/config.yaml")
    shutil.copytree(ROOT / "profiles/default", tmp_path / "profiles/default")
    deployed(tmp_path, "workflow/Snakefile", "workflow/Snakefile")
    installed = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
    again = snakemake("--cores", 1, cwd=tmp_path, snakefile="workflow/Snakefile", environment=installed)
    assert "Nothing to be done" in again.stderr
    assert "v9 is named, and the workflow is that of the installed latefusion" in again.stderr
    (tmp_path / "results/summary.txt").unlink()
    lacking = snakemake(
        *("-n", "--cores", 1), cwd=tmp_path, snakefile="workflow/Snakefile", environment=installed
    )
    assert "summarise" in lacking.stdout


@pytest.mark.parametrize(
    ("path", "fix"),
    [
        ("workflow/Snakefile", "pip install latefusion"),
        ("workflow/rules/environment.smk", 'write path="workflow/Snakefile"'),
    ],
)
def test_a_module_without_its_package_is_refused_with_what_to_do(tmp_path, path, fix):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text("{}")
    deployed(tmp_path, path, path)
    done = snakemake("-n", cwd=tmp_path, snakefile="workflow/Snakefile", check=False)
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert "from where the package does not come along" in said
    assert fix in said


def test_results_copied_with_snakemakes_records_are_fresh(few, tmp_path):
    shutil.copytree(few, tmp_path / "copy", copy_function=shutil.copy)
    again = snakemake("--cores", 2, cwd=tmp_path / "copy")
    assert "Nothing to be done" in again.stderr


def test_both_profiles_agree_where_one_replaces_the_other():
    default, slurm = (
        yaml.safe_load((ROOT / "profiles" / name / "profile.yaml").read_text())
        for name in ("default", "slurm")
    )
    assert {key: slurm.get(key) for key in default} == default


def test_write_config_is_what_the_run_reads(tmp_path):
    write_config(tmp_path, FEW)
    assert yaml.safe_load((tmp_path / "config.yaml").read_text()) == FEW
