"""Which files a path stands for, and in what order."""

import pytest

from latefusion.core.table_files import table_files


@pytest.mark.parametrize("source", ["", "part-*.csv"])
def test_numbers_in_names_count_as_numbers(tmp_path, source):
    order = ["part-1.csv", "part-02.csv", "part-2.csv", "part-10.csv", "part-10b.csv", "part-x.csv"]
    for name in reversed(order):
        (tmp_path / name).write_text("a\n1\n")
    assert [file.name for file in table_files(tmp_path / source)] == order
