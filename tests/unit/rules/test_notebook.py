"""Under `replica` the notebook's rules are the notebook: the same class on every row.

The transcriptions here are written from its description, step by step, with nothing of this package.
A forest is given the seed as `random_state`; before the network stands `torch.manual_seed(seed)`.
"""

import numpy as np
import pytest

from latefusion.fusion.fuse import fuse
from latefusion.fusion.inputs import PartitionInput
from worlds import labels, opinions, views

K = 4
CLASSES = ("Angry", "Happy", "Relaxed", "Sad")


@pytest.fixture(scope="module", params=[0, 1])
def tables(request):
    """In-sample training tables, too good to be true, and test tables; ties among the latter."""
    rng = np.random.default_rng(request.param)
    y_train, y_test = labels(600, K, rng), labels(700, K, rng)
    train = opinions(y_train, 2, K, rng, strength=2.0)
    test = opinions(y_test, 2, K, rng, strength=0.7)
    rounded = np.round(test[::3] * 8) + 1
    test[::3] = rounded / rounded.sum(axis=2, keepdims=True)
    return train, y_train, test, y_test


def predicted(name, tables, **options):
    train, y_train, test, y_test = tables
    part = PartitionInput(
        "given",
        views(train, y_train, classes=CLASSES),
        views(test, y_test, prefix="t", classes=CLASSES),
        np.array([str(row) for row in range(len(test))], object),
    )
    fused = fuse(name, options, [part], protocol="replica", seed=0, robustness=False)
    table = fused.table
    said = [
        table["predicted"].to_numpy()[table["repeat"].to_numpy() == repeat]
        for repeat in range(int(table["repeat"].to_numpy().max()) + 1)
    ]
    return said, fused.learned["partitions"]["given"]["seeds"]


def test_mean(tables):
    lyrics, audio = tables[2][:, 0], tables[2][:, 1]
    (said,), _ = predicted("mean", tables)
    assert (said == np.argmax(lyrics + audio, axis=1)).all()


def test_accuracy_weighted_by_the_test_labels(tables):
    _, _, test, y_test = tables
    lyrics, audio = test[:, 0], test[:, 1]
    of_lyrics, of_audio = ((np.argmax(p, axis=1) == y_test).mean() for p in (lyrics, audio))
    (said,), _ = predicted("accuracy_weighted", tables)
    assert (said == np.argmax(of_lyrics * lyrics + of_audio * audio, axis=1)).all()


def test_max_confidence(tables):
    lyrics, audio = tables[2][:, 0], tables[2][:, 1]
    (said,), _ = predicted("max_confidence", tables)
    assert (said == np.argmax(np.maximum(lyrics, audio), axis=1)).all()


def test_class_weighted_max_by_in_sample_recall(tables):
    train, y_train, test, _ = tables
    recall = [
        {c: (p[y_train == c].argmax(axis=1) == c).mean() for c in range(K)}
        for p in (train[:, 0], train[:, 1])
    ]
    expected = []
    for row in test:
        weighted = {c: max(row[m][c] * recall[m][c] for m in range(2)) for c in range(K)}
        expected.append(max(weighted, key=lambda c: weighted[c]))  # the first of equals
    (said,), _ = predicted("class_weighted_max", tables)
    assert (said == expected).all()


def test_class_weighted_max_stays_the_notebook_s_whatever_the_option_says(tables):
    (plain,), _ = predicted("class_weighted_max", tables)
    (asked,), _ = predicted("class_weighted_max", tables, smoothing=1000)
    assert (plain == asked).all()


def test_random_forest(tables):
    from sklearn.ensemble import RandomForestClassifier

    train, y_train, test, _ = tables
    said, seeds = predicted("random_forest", tables, repeats=2)
    for one, seed in zip(said, seeds, strict=True):
        forest = RandomForestClassifier(random_state=seed)
        forest.fit(np.hstack([train[:, 0], train[:, 1]]), y_train)
        assert (one == forest.predict(np.hstack([test[:, 0], test[:, 1]]))).all()


def test_logistic_regression(tables):
    from sklearn.linear_model import LogisticRegression

    train, y_train, test, _ = tables
    model = LogisticRegression(max_iter=1000)
    model.fit(np.hstack([train[:, 0], train[:, 1]]), y_train)
    (said,), _ = predicted("logistic_regression", tables)
    assert (said == model.predict(np.hstack([test[:, 0], test[:, 1]]))).all()


@pytest.fixture
def one_thread():
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_mlp(tables, one_thread):
    import torch
    from torch import nn, optim
    from torch.utils.data import DataLoader, TensorDataset

    train, y_train, test, y_test = tables
    said, seeds = predicted("mlp", tables, repeats=1)
    for one, seed in zip(said, seeds, strict=True):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            x_train, x_test = (
                torch.tensor(np.hstack([p[:, 0], p[:, 1]]), dtype=torch.float) for p in (train, test)
            )
            loader = DataLoader(
                TensorDataset(x_train, torch.tensor(y_train, dtype=torch.long)), batch_size=64, shuffle=True
            )
            network = nn.Sequential(
                nn.Linear(8, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 4)
            )
            loss_of, steps = nn.CrossEntropyLoss(), optim.Adam(network.parameters(), lr=0.001)
            for _ in range(20):
                for inputs, wanted in loader:
                    steps.zero_grad()
                    loss = loss_of(network(inputs), wanted)
                    loss.backward()
                    steps.step()
            asked = DataLoader(
                TensorDataset(x_test, torch.tensor(y_test, dtype=torch.long)), batch_size=64, shuffle=False
            )
            with torch.no_grad():
                expected = torch.cat([torch.max(network(inputs), 1)[1] for inputs, _ in asked])
        assert (one == expected.numpy()).all()
