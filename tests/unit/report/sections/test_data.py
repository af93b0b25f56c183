"""The data: what is shown of modalities that have files of their own."""

import dataclasses

import pytest

from latefusion.report.sections import data

MATCH = {"matched": 197, "lost": 13, "left_over": 2, "lost_names": ["a"], "left_over_names": ["b"]}


def table(results, **match):
    modalities = {
        name: entry | ({"match": match[name]} if name in match else {})
        for name, entry in results.dataset["modalities"].items()
    }
    changed = dataclasses.replace(results, dataset=results.dataset | {"modalities": modalities})
    return next(one for one in data.section(changed).tables if one.id == "modalities")


def shown(found):
    return {row[0].text: [cell.text for cell in row[-3:]] for row in found.rows}


def test_what_a_modalitys_own_file_and_the_items_have_of_each_other_is_counted(results):
    found = table(results, audio=MATCH)
    assert [column.title for column in found.columns[-3:]] == [
        "Items with an embedding",
        "Items without",
        "Rows of no item",
    ]
    assert shown(found) == {"audio": ["197", "13", "2"], "text": ["–", "–", "–"]}


def test_where_no_modality_has_a_file_of_its_own_nothing_is_said_of_files(results):
    assert [column.title for column in table(results).columns[-2:]] == ["Missing in train", "Missing in test"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"column": "text_embedding", "file": None}, "text_embedding"),
        ({"columns": ["*", "!label"]}, "*, !label"),
        ({"file": "clap.npz", "array": "emb"}, "clap.npz · emb"),
        ({"file": ["a.jsonl", "b.jsonl.gz"], "column": "e"}, "a.jsonl, b.jsonl.gz · e"),
        ({"files": "wav/{item}.npy"}, "wav/{item}.npy"),
        ({"column": None}, None),
    ],
)
def test_a_modality_is_shown_with_where_it_stands(entry, said):
    assert data._source_of(entry) == said
