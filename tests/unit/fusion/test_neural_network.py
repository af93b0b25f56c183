"""The small network."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from latefusion.fusion import neural_network
from latefusion.fusion.neural_network import Settings, Task, train
from worlds import world

SETTINGS = Settings(epochs=5, hidden=(16, 8), learning_rate=1e-3, batch=32)
P, Y, FOLD, T, _ = world(310, 2, 3, seed=3)
X, ASKED = P.reshape(310, -1), T.reshape(310, -1)


def trained(y=Y, *, seed, settings=SETTINGS, held_out=None):
    """Return one network, trained alone."""
    return train([Task(X, y, 3, seed, held_out)], settings)[0]


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
def test_the_weights_are_those_of_torch_s_own_layers_loader_and_steps(decay):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        network, losses = plain_torch(seed=9, decay=decay)
    finally:
        torch.set_num_threads(threads)
    ours = trained(seed=9, settings=replace(SETTINGS, weight_decay=decay))
    for layer, expected in zip(ours.layers, network.parameters(), strict=True):
        np.testing.assert_allclose(layer, expected.detach().numpy(), rtol=0, atol=1e-6)
    assert ours.losses == pytest.approx(losses, abs=1e-6)
    with torch.no_grad():
        said = torch.softmax(network(torch.tensor(ASKED, dtype=torch.float)), dim=1).numpy()
    assert ours.predict(ASKED) == pytest.approx(said, abs=1e-6)


def test_a_network_learns_the_same_alone_or_with_others_to_the_last_bit(monkeypatch):
    """Others of another number of rows, that stop earlier, or that are of another width."""
    held_out = FOLD == 2
    some = np.arange(310) < 250
    tasks = [
        Task(X, Y, 3, 1, held_out),
        Task(X[some], Y[some], 3, 2, held_out[some]),
        Task(X[:, :4], Y, 3, 3, held_out),
        Task(X, Y, 3, 4, FOLD == 1),
        Task(X[FOLD != 0], Y[FOLD != 0], 3, 4),
    ]
    settings = Settings(40, (16, 8), 0.02, 32, weight_decay=0.1, patience=2)
    together = train(tasks, settings)
    assert len({len(network.held_out) for network in together[:4]}) > 1
    for size in (1, 2):
        monkeypatch.setattr(neural_network, "TOGETHER", size)
        for one, other in zip(together, train(tasks, settings), strict=True):
            assert [layer.tobytes() for layer in one.layers] == [layer.tobytes() for layer in other.layers]
            assert (one.losses, one.held_out) == (other.losses, other.held_out)


def test_without_an_epoch_the_weights_are_those_drawn():
    weights = trained(seed=3, settings=replace(SETTINGS, epochs=0))
    assert weights.losses == []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        assert weights.layers[0].tobytes() == torch.nn.Linear(6, 16).weight.detach().numpy().tobytes()


def test_global_state_is_left_alone():
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    trained(seed=1).predict(X)
    assert torch.equal(before, torch.get_rng_state())
    assert threads == torch.get_num_threads()


def test_the_number_of_threads_outside_changes_nothing():
    before = torch.get_num_threads()
    found = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        found.append(trained(seed=1).predict(ASKED).tobytes())
    torch.set_num_threads(before)
    assert found[0] == found[1]


def test_the_loss_goes_down():
    losses = trained(seed=1).losses
    assert len(losses) == 5
    assert losses[-1] < losses[0]


def test_the_epoch_that_predicts_the_held_out_rows_best_is_kept():
    settings = Settings(60, (64,), 0.02, 32, patience=3)
    held_out = FOLD == 0
    network = trained(seed=1, settings=settings, held_out=held_out)
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
    one, two = (trained(y, seed=1, settings=settings, held_out=held_out) for y in (Y, other))
    assert one.losses == two.losses
    assert one.held_out != two.held_out


def test_weight_decay_shrinks_the_weights():
    plain, decayed = (
        trained(seed=1, settings=Settings(20, (16,), 1e-2, 32, weight_decay=decay)) for decay in (0.0, 1.0)
    )
    assert np.abs(decayed.layers[0]).sum() < np.abs(plain.layers[0]).sum()
