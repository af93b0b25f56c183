"""What the code of each job is: edits of which files run it again, and of which do not."""

import pytest

from latefusion.planning.code_digest import Code
from settings import ROOT

SCRIPTS = ROOT / "scripts"
CODE = Code(SCRIPTS)
JOBS = sorted(file.stem for file in SCRIPTS.glob("*.py"))
RULES = sorted(file for file in (SCRIPTS / "latefusion/rules").glob("*.py") if file.stem != "__init__")


def reached(script, *more):
    """Return the modules that an entry script reaches, as `room/module`, and the distributions."""
    files, distributions = CODE.closure(SCRIPTS / f"{script}.py", *more)
    package = SCRIPTS / "latefusion"
    ours = {file.relative_to(package).as_posix() for file in files if file.is_relative_to(package)}
    return ours, distributions


@pytest.mark.parametrize("job", JOBS)
def test_no_job_reaches_the_plan_or_the_room_for_people(job):
    files, distributions = reached(job, *RULES)
    assert not [file for file in files if file.startswith(("planning/", "api/"))]
    assert "jsonschema" not in distributions


@pytest.mark.parametrize("job", JOBS)
def test_no_job_reaches_a_rule_that_it_loads_by_name(job):
    files, _ = reached(job)
    assert not [file for file in files if file.startswith(("rules/", "learners/"))]


@pytest.mark.parametrize("job", [job for job in JOBS if job not in ("report", "report_targets")])
def test_only_the_report_reaches_the_page(job):
    assert not [file for file in reached(job)[0] if file.startswith("report/")]


def test_jobs_that_train_here_do_not_reach_models_from_elsewhere():
    for job in ("train_svm", "predict_svm", "classify", "learning_curve"):
        assert "external/pretrained_svm.py" not in reached(job)[0], job


def test_imported_probabilities_reach_their_checks_and_the_reading_of_files():
    """Tables come in every form that can be read, so the readers are here; parsing embeddings is not."""
    files, _ = reached("import_probabilities")
    with_code = {file for file in files if not file.endswith("__init__.py")}
    readers = {file for file in with_code if file.startswith("ingest/readers/")}
    assert len(with_code - readers) <= 17, sorted(with_code - readers)
    assert not [file for file in with_code if "embedding" in file or file.startswith(("svm/", "fusion/"))]
