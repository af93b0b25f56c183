"""Independent streams of random numbers."""

import numpy as np

from latefusion.core.seeds import stream


def test_the_same_seed_and_names_give_the_same_numbers():
    assert np.array_equal(stream(3, "fuse", "mlp").random(5), stream(3, "fuse", "mlp").random(5))


def test_other_names_or_seeds_give_other_numbers():
    reference = stream(3, "fuse", "mlp").random(5)
    for other in (
        stream(4, "fuse", "mlp"),
        stream(3, "fuse", "mean"),
        stream(3, "fusemlp"),
        stream(3, "mlp", "fuse"),
    ):
        assert not np.array_equal(reference, other.random(5))


def test_numbers_are_the_same_on_every_machine():
    assert stream(0, "demo").integers(1_000_000, size=3).tolist() == [172099, 79368, 419378]
