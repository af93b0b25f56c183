"""The small network."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from latefusion.fusion.neural_network import Settings, train
from worlds import world

SETTINGS = Settings(epochs=5, hidden=(16, 8), learning_rate=1e-3, batch=32)
P, Y, FOLD, T, _ = world(310, 2, 3, seed=3)
X, ASKED = P.reshape(310, -1), T.reshape(310, -1)


def plain_torch(seed, epochs=5, decay=0.0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        data = torch.utils.data.TensorDataset(torch.tensor(X, dtype=torch.float), torch.tensor(Y).long())
        loader = torch.utils.data.DataLoader(data, batch_size=32, shuffle=True)
        network = torch.nn.Sequential(
            torch.nn.Linear(6, 16),
            torch.nn.ReLU(),
            torch.nn.Linear(16, 8),
            torch.nn.ReLU(),
            torch.nn.Linear(8, 3),
        )
        steps = torch.optim.Adam(network.parameters(), lr=1e-3)
        if decay:
            steps = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=decay)
        losses = []
        for _ in range(epochs):
            total = 0.0
            for inputs, wanted in loader:
                steps.zero_grad()
                loss = torch.nn.functional.cross_entropy(network(inputs), wanted)
                loss.backward()
                steps.step()
                total += loss.item() * len(inputs)
            losses.append(total / len(X))
    return network, losses


@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_the_weights_are_those_of_torch_s_own_layers_loader_and_steps_bit_for_bit(decay):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        network, losses = plain_torch(seed=9, decay=decay)
    finally:
        torch.set_num_threads(threads)
    ours = train(X, Y, 3, seed=9, settings=replace(SETTINGS, weight_decay=decay))
    for layer, expected in zip(ours.layers, network.parameters(), strict=True):
        assert layer.tobytes() == expected.detach().numpy().tobytes()
    assert ours.losses == pytest.approx(losses, abs=1e-12)
    with torch.no_grad():
        said = torch.softmax(network(torch.tensor(ASKED, dtype=torch.float)), dim=1).numpy()
    assert ours.predict(ASKED) == pytest.approx(said, abs=1e-6)


def test_global_state_is_left_alone():
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    train(X, Y, 3, seed=1, settings=SETTINGS).predict(X)
    assert torch.equal(before, torch.get_rng_state())
    assert threads == torch.get_num_threads()


def test_the_number_of_threads_outside_changes_nothing():
    before = torch.get_num_threads()
    found = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        found.append(train(X, Y, 3, seed=1, settings=SETTINGS).predict(ASKED).tobytes())
    torch.set_num_threads(before)
    assert found[0] == found[1]


def test_the_loss_goes_down():
    losses = train(X, Y, 3, seed=1, settings=SETTINGS).losses
    assert len(losses) == 5
    assert losses[-1] < losses[0]


def test_the_epoch_that_predicts_the_held_out_rows_best_is_kept():
    settings = Settings(60, (64,), 0.02, 32, patience=3)
    held_out = FOLD == 0
    network = train(X, Y, 3, seed=1, settings=settings, held_out=held_out)
    best = int(np.argmin(network.held_out))
    assert len(network.held_out) == best + 1 + 3 < 60
    p = network.predict(X[held_out])
    loss = -np.log(p[np.arange(len(p)), Y[held_out]]).mean()
    assert loss == pytest.approx(network.held_out[best], abs=1e-5)


def test_held_out_rows_are_not_trained_on():
    held_out = FOLD == 0
    other = Y.copy()
    other[held_out] = (Y[held_out] + 1) % 3
    settings = Settings(3, (8,), 1e-3, 32, patience=100)
    one, two = (train(X, y, 3, seed=1, settings=settings, held_out=held_out) for y in (Y, other))
    assert one.losses == two.losses
    assert one.held_out != two.held_out


def test_weight_decay_shrinks_the_weights():
    plain, decayed = (
        train(X, Y, 3, seed=1, settings=Settings(20, (16,), 1e-2, 32, weight_decay=decay))
        for decay in (0.0, 1.0)
    )
    assert np.abs(decayed.layers[0]).sum() < np.abs(plain.layers[0]).sum()
