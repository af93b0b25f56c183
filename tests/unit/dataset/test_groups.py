"""Groups: names, artists, chains of artists, coinciding items."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latefusion.dataset.groups import EXACT, MOST_JOINED, Joined, components, key, parts


@pytest.mark.parametrize(
    ("name", "artists"),
    [
        ("Beyoncé", ["beyonce"]),
        ("  BEYONCE ", ["beyonce"]),
        ("Beyonce\u0301", ["beyonce"]),
        ("Sigur Rós", ["sigur ros"]),
        ("Møme", ["mome"]),
        ("The Beatles", ["beatles"]),
        ("The The", ["the"]),
        ("A.R. Rahman", ["ar rahman"]),
        ("Jay-Z", ["jay z"]),
        ("!!!", ["!!!"]),
        ("がぎ", ["がぎ"]),
        ("Eminem feat. Rihanna", ["eminem", "rihanna"]),
        ("Eminem (ft. Rihanna)", ["eminem", "rihanna"]),
        ("Eminem [Featuring Rihanna]", ["eminem", "rihanna"]),
        ("Left Ear", ["left ear"]),
        ("Craft", ["craft"]),
        ("Simon & Garfunkel", ["garfunkel", "simon"]),
        ("Earth, Wind & Fire", ["earth", "fire", "wind"]),
        ("AC/DC", ["ac/dc"]),
        ("1.0", ["1.0"]),
        ("-1", ["-1"]),
        ("Simon &amp; Garfunkel", ["garfunkel", "simon"]),
        ("Guns N&#39; Roses", ["guns n roses"]),
        ("Queen/David Bowie", ["david bowie", "queen"]),
        ("Calvin Harris;Dua Lipa", ["calvin harris", "dua lipa"]),
        ("Diplo x Skrillex", ["diplo", "skrillex"]),
        ("['Nas', \"D'Angelo\"]", ["dangelo", "nas"]),
        ("Benny Goodman & His Orchestra", ["benny goodman"]),
        ("Ringo Starr and Friends", ["ringo starr"]),
        ("Various Artists", ["various artists"]),
    ],
)
def test_a_name_is_taken_apart(name, artists):
    assert parts(name) == tuple(artists)


@pytest.mark.parametrize("name", ["", "  ", "nan", "None", "Unknown Artist", "N/A", "-"])
def test_an_unknown_group_is_the_item_alone(name):
    assert parts(name) == ()
    assert key(name, "train:3") == "item:train:3"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1.12", "11.2", False),
        ("S0|P0", "S1|P0", False),
        ("speakers/anna", "speakers/berta", False),
        ("Ward 0, Hospital A", "Ward 1, Hospital A", False),
        ("rock and roll band 0", "rock and roll band 1", False),
        ("a", "A", False),
        ("anna", " anna\t", True),
        ("Beyonc\u00e9", "Beyonce\u0301", True),
    ],
)
def test_exact_names_are_compared_as_they_are(one, other, same):
    keys = [key(name, "", EXACT) for name in (one, other)]
    group = components(keys, names=EXACT).group
    assert (group[0] == group[1]) == same
    assert group.tolist() == keys
    assert keys[0] == unicodedata.normalize("NFC", one).strip()


@pytest.mark.parametrize("name", ["", "  ", "nan", "None"])
def test_a_missing_exact_name_is_the_item_alone(name):
    assert key(name, "train:3", EXACT) == "item:train:3"


def test_coinciding_items_join_exact_groups_too():
    found = components(["a|b", "b", "c"], [np.array([0, 2])], EXACT)
    assert found.group.tolist() == ["a|b", "b", "a|b"]


@pytest.mark.parametrize(
    ("names", "counts", "suspicious"),
    [
        ([f"Ward {i}, Hospital A" for i in range(40)], (40, 1, 1, 40), True),
        ([f"S{i % 8}|P{i // 8}" for i in range(40)], (40, 1, 1, 40), True),
        ([f"site{i % 5}/patient{i}" for i in range(40)], (40, 5, 1, 8), True),
        ([f"Ward {i}" for i in range(40)], (40, 40, 1, 1), False),
        (["Prolific"] * 30 + [f"Other {i}" for i in range(10)], (11, 11, 30, 30), False),
        (["A feat. B", "A", "B", "C", "D & E", "E", "F", "G"], (8, 5, 1, 3), False),
        ([""] * 40, (0, 0, 0, 0), False),
    ],
)
def test_names_that_were_cut_down_to_hardly_any_group_are_suspicious(names, counts, suspicious):
    keys = [key(name, str(i)) for i, name in enumerate(names)]
    found = Joined.of(keys, components(keys).group)
    assert (found.names, found.groups, found.largest_name, found.largest_group) == counts
    assert found.items == len(names)
    assert found.suspicious == suspicious


def test_items_that_share_an_artist_by_a_chain_are_one_group():
    names = ["A feat. B", "B & C", "C", "D", "d"]
    found = components([key(name, str(i)) for i, name in enumerate(names)])
    assert found.group[0] == found.group[1] == found.group[2]
    assert found.group[3] == found.group[4] == "d"
    assert found.group[0] != found.group[3]


def test_a_group_goes_by_the_artist_that_most_items_have():
    assert set(components(["zz|aa", "zz", "zz|bb"]).group) == {"zz"}


def test_coinciding_items_join_their_groups():
    found = components(["a", "b", "item:x", "c"], [np.array([0, 2])])
    assert found.group.tolist() == ["a", "b", "a", "c"]
    assert found.joined == 1


def test_a_filler_embedding_of_many_groups_joins_none():
    keys = [f"artist {i}" for i in range(MOST_JOINED + 1)]
    found = components(keys, [np.arange(len(keys))])
    assert found.apart == 1
    assert found.joined == 0
    assert len(set(found.group)) == len(keys)


def test_an_item_id_may_hold_the_joining_character():
    found = components(["item:a|b", "a", "b"])
    assert len(set(found.group)) == 3


def oracle(keys):
    """Join by repeated sweeps: slow and plain."""
    sets = [{f"own {key}"} if key.startswith("item:") else set(key.split("|")) for key in keys]
    label = list(range(len(keys)))
    changed = True
    while changed:
        changed = False
        for i in range(len(keys)):
            for j in range(len(keys)):
                if sets[i] & sets[j] and label[i] != label[j]:
                    label[i] = label[j] = min(label[i], label[j])
                    changed = True
    return label


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=3), min_size=1, max_size=8))
def test_components_are_those_of_repeated_sweeps(chosen):
    keys = ["|".join(sorted(set(artists))) for artists in chosen]
    group, expected = components(keys).group, oracle(keys)
    for i in range(len(keys)):
        for j in range(len(keys)):
            assert (group[i] == group[j]) == (expected[i] == expected[j])


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text(max_size=30))
def test_names_of_any_text_have_parts_that_are_stable(name):
    artists = parts(name)
    assert artists == tuple(sorted(set(artists)))
    assert all("|" not in artist for artist in artists) or len(artists) == 1
    assert parts(name.upper()) is not None
