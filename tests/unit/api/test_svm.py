import subprocess
import sys

import pytest

import latefusion
from latefusion.svm import estimator


def test_the_svm_is_the_estimator_itself():
    assert latefusion.SVM is estimator.SVM
    assert "SVM" in dir(latefusion)


def test_an_unknown_name_is_no_attribute():
    with pytest.raises(AttributeError, match="module 'latefusion' has no attribute 'Svm'"):
        latefusion.Svm  # noqa: B018


def test_importing_the_package_loads_no_library():
    code = "import sys, latefusion; print(sorted({'numpy', 'sklearn', 'numba'} & set(sys.modules)))"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="scripts"
    )
    assert found.stdout.strip() == "[]"
