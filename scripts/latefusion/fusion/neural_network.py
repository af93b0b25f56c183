"""A small fully connected network, trained with torch on one thread and without its global generator."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from latefusion.fusion.adam import Adam
from latefusion.fusion.aggregation import Array, Labels, Mask, softmax

TOGETHER = 16
"""Networks that take their steps together: more would not fit into a processor's cache."""

ROWS_AT_ONCE = 64
"""Rows of a block in prediction; always this many, since a product's last digits depend on it."""


@dataclass(frozen=True)
class Settings:
    """How a network is trained.

    Attributes
    ----------
    epochs : int
        Passes over the training rows, at most.
    hidden : sequence of int
        Units of each hidden layer, with ReLU.
    learning_rate : float
        Step of Adam.
    batch : int
        Rows of a step.
    weight_decay : float
        Decoupled decay of the weights at each step (Loshchilov and Hutter 2019), times the learning rate.
    patience : int, optional
        Epochs without a lower loss on the held-out rows after which training ends.
    """

    epochs: int
    hidden: Sequence[int]
    learning_rate: float
    batch: int
    weight_decay: float = 0.0
    patience: int | None = None


@dataclass(frozen=True)
class Network:
    """A trained network: weight and bias of each layer, and how its loss went.

    Attributes
    ----------
    layers : list of (out, in) and (out,) float32 arrays
        Alternately weight and bias.
    losses : list of float
        Mean cross-entropy of each epoch over its batches, in nats.
    held_out : list of float
        Loss on the held-out rows after each epoch; empty without any.
    """

    layers: list[Any]
    losses: list[float]
    held_out: list[float]

    def predict(self, X: Array) -> Array:
        """Return class probabilities, (n, K), of columns (n, d); each row by itself."""
        layers = [torch.from_numpy(layer) for layer in self.layers]
        padded = np.zeros((-(-len(X) // ROWS_AT_ONCE) * ROWS_AT_ONCE, X.shape[1]), np.float32)
        padded[: len(X)] = X
        with _one_thread(), torch.no_grad():
            blocks = torch.from_numpy(padded).split(ROWS_AT_ONCE)
            logits = [_forward(block, layers).numpy() for block in blocks]
        return softmax(np.concatenate(logits).astype(np.float64)[: len(X)])


@dataclass(frozen=True)
class Task:
    """What one network learns from.

    Attributes
    ----------
    X : (n, d) array
        Columns.
    y : (n,) array
        Class indices.
    classes : int
        K, the width of the last layer.
    seed : int
        Of the weights and the order of rows.
    held_out : (n,) bool array, optional
        Rows to stop early on; the weights of the epoch with the least loss on them are kept.
    """

    X: Array
    y: Labels
    classes: int
    seed: int
    held_out: Mask | None = None


def train(tasks: Sequence[Task], settings: Settings) -> list[Network]:
    """Networks trained by Adam (Kingma and Ba 2015) on cross-entropy, all of them at once.

    Networks of equal width take their steps together, `TOGETHER` at most: one batched product for each
    layer. A batch of rows that is not full is filled with rows of no weight, so that what a network learns
    depends on no other: alone or together it is the same to the last bit.

    With the same seed it is, to rounding, what `torch.manual_seed(seed)`, `torch.nn.Linear` layers made in
    order and a shuffling `DataLoader` would give: weights first, then for each epoch one number that the
    loader draws for its workers and one that seeds the order of the rows. The draws come from a generator
    of their own.

    Parameters
    ----------
    tasks : sequence of Task
    settings : Settings
        Layers and steps, of all.

    Returns
    -------
    list of Network
        One for each task, in their order.
    """
    networks: dict[int, Network] = {}
    widths = [(task.X.shape[1], task.classes) for task in tasks]
    with _one_thread(), torch.no_grad():
        for width in dict.fromkeys(widths):
            alike = [index for index, own in enumerate(widths) if own == width]
            for start in range(0, len(alike), TOGETHER):
                chosen = alike[start : start + TOGETHER]
                found = _train_alike([_Learner(tasks[index], settings) for index in chosen], settings)
                networks |= zip(chosen, found, strict=True)
    return [networks[index] for index in range(len(tasks))]


def _train_alike(learners: Sequence[_Learner], settings: Settings) -> list[Network]:
    """Train networks of equal width in step with each other; who is done leaves."""
    steps = Adam([learner.kept for learner in learners], settings.learning_rate, settings.weight_decay)
    active = list(learners) if settings.epochs > 0 else []
    while active:
        batches = [learner.next_batch() for learner in active]
        losses = steps.take(*(torch.stack(pieces) for pieces in zip(*batches, strict=True)))
        done = [
            learner.ends(loss, steps, place)
            for place, (learner, loss) in enumerate(zip(active, losses.tolist(), strict=True))
        ]
        if any(done):
            steps.keep([place for place, over in enumerate(done) if not over])
            active = [learner for learner, over in zip(active, done, strict=True) if not over]
    return [Network([w.numpy() for w in one.kept], one.losses, one.held_out_losses) for one in learners]


class _Learner:
    """One network's rows, their order, and how its training goes; its weights are with `Adam`."""

    def __init__(self, task: Task, settings: Settings) -> None:
        self.settings = settings
        self.chance = torch.Generator().manual_seed(task.seed)
        self.kept = _initial([task.X.shape[1], *settings.hidden, task.classes], self.chance)
        self.inputs = torch.tensor(task.X, dtype=torch.float)
        self.labels = torch.tensor(task.y, dtype=torch.long)
        self.aside: tuple[torch.Tensor, torch.Tensor] | None = None
        if task.held_out is not None:
            outside = torch.from_numpy(task.held_out)
            self.aside = self.inputs[outside], self.labels[outside]
            self.inputs, self.labels = self.inputs[~outside], self.labels[~outside]
        self.rows = len(self.inputs)
        self.waiting: list[tuple[torch.Tensor, ...]] = []
        self.total = 0.0
        self.losses: list[float] = []
        self.held_out_losses: list[float] = []

    def next_batch(self) -> tuple[torch.Tensor, ...]:
        """Return inputs (b, d), labels and weights (b,) of the next step; each epoch has its own order."""
        if not self.waiting:
            order = _shuffled(self.rows, self.chance)
            batch = self.settings.batch
            lacking = -self.rows % batch
            weight = torch.full((self.rows + lacking,), 1 / batch)
            weight[-batch:] = 1 / (batch - lacking)
            weight[self.rows :] = 0
            rows = functional.pad(self.inputs[order], (0, 0, 0, lacking)).split(batch)
            labels = functional.pad(self.labels[order], (0, lacking)).split(batch)
            self.waiting = list(zip(rows, labels, weight.split(batch), strict=True))[::-1]
        return self.waiting.pop()

    def ends(self, loss: float, steps: Adam, place: int) -> bool:
        """Take note of a step's mean loss and, after an epoch, its own; say whether that was all."""
        if self.waiting:
            self.total += loss * self.settings.batch
            return False
        self.total += loss * ((self.rows - 1) % self.settings.batch + 1)
        self.losses.append(self.total / self.rows)
        self.total = 0.0
        last = len(self.losses) == self.settings.epochs
        if self.aside is None:
            if last:
                self.kept = steps.weights_of(place)
            return last
        weights = steps.weights_of(place)
        held_out = float(functional.cross_entropy(_forward(self.aside[0], weights), self.aside[1]))
        if not self.held_out_losses or held_out < min(self.held_out_losses):
            self.kept = weights
        self.held_out_losses.append(held_out)
        since = len(self.held_out_losses) - 1 - int(np.argmin(self.held_out_losses))
        return last or (self.settings.patience is not None and since >= self.settings.patience)


def _initial(widths: Sequence[int], chance: torch.Generator) -> list[torch.Tensor]:
    """Return weights and biases drawn as `torch.nn.Linear` draws them."""
    layers = []
    for fan_in, fan_out in pairwise(widths):
        weight, bias = torch.empty(fan_out, fan_in), torch.empty(fan_out)
        torch.nn.init.kaiming_uniform_(weight, a=math.sqrt(5), generator=chance)
        torch.nn.init.uniform_(bias, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in), generator=chance)
        layers += [weight, bias]
    return layers


def _shuffled(n: int, chance: torch.Generator) -> torch.Tensor:
    """Return the order of rows in an epoch, as a shuffling `DataLoader` has it."""
    torch.empty((), dtype=torch.int64).random_(generator=chance)
    seed = int(torch.empty((), dtype=torch.int64).random_(generator=chance).item())
    return torch.randperm(n, generator=torch.Generator().manual_seed(seed))


def _forward(inputs: torch.Tensor, layers: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return what comes out of a network, (n, K), before the softmax."""
    for weight, bias in zip(layers[:-2:2], layers[1:-2:2], strict=True):
        inputs = torch.addmm(bias, inputs, weight.t()).relu_()
    return torch.addmm(layers[-1], inputs, layers[-2].t())


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
