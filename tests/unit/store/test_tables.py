"""The tables on disk."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from latefusion.store.schemas import PARTITION, features_schema, probabilities_schema
from latefusion.store.tables import TableError, read_json, read_table, table_writer, write_json, write_table


@pytest.fixture
def partition():
    return pa.table(
        {"item": ["a", "b"], "part": ["train", "test"], "fold": pa.array([0, None], pa.int32())}, PARTITION
    )


def test_a_table_comes_back_as_it_was_written(tmp_path, partition):
    write_table(partition, tmp_path / "deep" / "p.parquet", PARTITION)
    assert read_table(tmp_path / "deep" / "p.parquet", PARTITION).equals(partition)


def test_the_same_table_is_the_same_bytes(tmp_path, partition):
    write_table(partition, tmp_path / "a.parquet", PARTITION)
    write_table(partition, tmp_path / "b.parquet", PARTITION)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_tables_carry_no_pandas_metadata_and_no_dictionaries(tmp_path, partition):
    write_table(partition, tmp_path / "p.parquet", PARTITION)
    metadata = pq.read_metadata(tmp_path / "p.parquet")
    assert b"pandas" not in (metadata.metadata or {})
    for column in range(metadata.num_columns):
        chunk = metadata.row_group(0).column(column)
        assert chunk.compression == "ZSTD"
        assert "DICTIONARY" not in " ".join(chunk.encodings)


def test_a_table_of_another_schema_is_refused_on_reading(tmp_path, partition):
    write_table(partition, tmp_path / "p.parquet", PARTITION)
    with pytest.raises(TableError, match=r"p\.parquet: its columns are item string.*make it again"):
        read_table(tmp_path / "p.parquet", features_schema(3))


def test_a_table_with_other_columns_is_refused_on_writing_and_leaves_nothing(tmp_path, partition):
    with pytest.raises(TableError, match="columns"):
        write_table(partition, tmp_path / "p.parquet", features_schema(3))
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_parquet_is_refused(tmp_path):
    (tmp_path / "p.parquet").write_text("item,part\n")
    with pytest.raises(TableError, match="not a Parquet file"):
        read_table(tmp_path / "p.parquet")


def test_pieces_make_one_table(tmp_path, partition):
    with table_writer(tmp_path / "p.parquet", PARTITION) as writer:
        writer.write(partition.slice(0, 1))
        writer.write(partition.slice(1))
    assert read_table(tmp_path / "p.parquet").equals(partition)


def test_fused_tables_add_partition_and_repeat():
    names = probabilities_schema(["Sad", "Happy"], fused=True).names
    assert names == ["item", "label", "fold", "predicted", "p_Sad", "p_Happy", "partition", "repeat"]


def test_json_has_sorted_keys_full_precision_and_no_nan(tmp_path):
    write_json({"b": 0.1 + 0.2, "a": "ü"}, tmp_path / "x.json")
    assert (tmp_path / "x.json").read_text() == '{\n  "a": "ü",\n  "b": 0.30000000000000004\n}\n'
    assert read_json(tmp_path / "x.json") == {"a": "ü", "b": 0.1 + 0.2}
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json({"a": float("nan")}, tmp_path / "x.json")
