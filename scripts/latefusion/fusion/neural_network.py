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

from latefusion.fusion.aggregation import Array, Labels, Mask, softmax

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


def train(
    X: Array, y: Labels, classes: int, *, seed: int, settings: Settings, held_out: Mask | None = None
) -> Network:
    """Train a network by Adam (Kingma and Ba 2015) on cross-entropy.

    With the same seed it is what `torch.manual_seed(seed)`, `torch.nn.Linear` layers made in order and a
    shuffling `DataLoader` would give: weights first, then for each epoch one number that the loader
    draws for its workers and one that seeds the order of the rows. The draws come from a generator of
    their own.

    Parameters
    ----------
    X : (n, d) array
        Columns.
    y : (n,) array
        Class indices.
    classes : int
        K, the width of the last layer.
    seed : int
        Of the weights and the order of rows.
    settings : Settings
        Layers and steps.
    held_out : (n,) bool array, optional
        Rows to stop early on; the weights of the epoch with the least loss on them are kept.
    """
    chance = torch.Generator().manual_seed(seed)
    layers = _initial([X.shape[1], *settings.hidden, classes], chance)
    inputs, labels = torch.tensor(X, dtype=torch.float), torch.tensor(y, dtype=torch.long)
    losses: list[float] = []
    stops = _Stops(layers, settings.patience)
    with _one_thread(), torch.no_grad():
        if held_out is not None:
            outside = torch.from_numpy(held_out)
            aside = inputs[outside], labels[outside]
            inputs, labels = inputs[~outside], labels[~outside]
        steps = _Adam(layers, settings.learning_rate, settings.weight_decay)
        for _ in range(settings.epochs):
            order = _shuffled(len(inputs), chance)
            batches = inputs[order].split(settings.batch)
            mean = [
                steps.take(rows, right)
                for rows, right in zip(batches, labels[order].split(settings.batch), strict=True)
            ]
            share = torch.tensor([len(rows) for rows in batches], dtype=torch.double) / len(inputs)
            losses.append(float(torch.stack(mean).double() @ share))
            if held_out is not None and stops.after(
                float(functional.cross_entropy(_forward(aside[0], layers), aside[1]))
            ):
                break
    kept = stops.best if held_out is not None else [layer.numpy().copy() for layer in layers]
    return Network(kept, losses, stops.losses)


class _Adam:
    """Adam (Kingma and Ba 2015) with decoupled decay on cross-entropy, to the bit what torch's own gives.

    `torch.optim` imports torch's compiler, two seconds, and steps layer by layer; `backward` builds a graph
    for each batch. Here all layers are pieces of one vector, and so are their gradients, which are written
    where they belong.
    """

    MEMORY, MEMORY_OF_SQUARES, EPSILON = 0.9, 0.999, 1e-8

    def __init__(self, layers: Sequence[torch.Tensor], learning_rate: float, decay: float) -> None:
        self.learning_rate, self.decay, self.steps = learning_rate, decay, 0
        self.values = torch.cat([layer.flatten() for layer in layers])
        self.gradient, self.mean, self.square, self.spread = (torch.zeros_like(self.values) for _ in range(4))
        sizes = [layer.numel() for layer in layers]
        for layer, value in zip(layers, self.values.split(sizes), strict=True):
            layer.data = value.view_as(layer)
        self.layers = layers
        self.slopes = [
            slope.view_as(layer) for layer, slope in zip(layers, self.gradient.split(sizes), strict=True)
        ]

    def take(self, inputs: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        """Take a step along the gradient of a batch, and return its mean loss before the step."""
        loss = self._differentiate(inputs, right)
        self.steps += 1
        if self.decay:
            self.values.mul_(1 - self.learning_rate * self.decay)
        self.mean.lerp_(self.gradient, 1 - self.MEMORY)
        self.square.mul_(self.MEMORY_OF_SQUARES)
        self.square.addcmul_(self.gradient, self.gradient, value=1 - self.MEMORY_OF_SQUARES)
        unbiased = (1 - self.MEMORY_OF_SQUARES**self.steps) ** 0.5
        torch.sqrt(self.square, out=self.spread).div_(unbiased).add_(self.EPSILON)
        self.values.addcdiv_(
            self.mean, self.spread, value=-self.learning_rate / (1 - self.MEMORY**self.steps)
        )
        return loss

    def _differentiate(self, inputs: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        """Write the gradient of the mean cross-entropy of a batch, (b, d) and (b,), and return that mean."""
        activations = _activations(inputs, self.layers)
        log_p = torch.log_softmax(activations.pop(), dim=1)
        # the mean's derivative, and then that of log softmax: softmax less one at the right class
        towards = torch.zeros_like(log_p).scatter_(1, right[:, None], -1.0 / len(inputs))
        error = torch.ops.aten._log_softmax_backward_data(towards, log_p, 1, torch.float)
        weights, weight_slopes, bias_slopes = self.layers[::2], self.slopes[::2], self.slopes[1::2]
        for layer in reversed(range(len(weights))):
            torch.mm(error.t(), activations[layer], out=weight_slopes[layer])
            torch.sum(error, dim=0, out=bias_slopes[layer])
            if layer:
                error = torch.mm(error, weights[layer])
                # no slope where ReLU cut off
                error = torch.ops.aten.threshold_backward(error, activations[layer], 0)
        return functional.nll_loss(log_p, right)


class _Stops:
    """Keeps the best weights so far and says when there is no more hope."""

    def __init__(self, layers: list[torch.Tensor], patience: int | None) -> None:
        self.layers, self.patience = layers, patience
        self.losses: list[float] = []
        self.best: list[Any] = []

    def after(self, loss: float) -> bool:
        if not self.losses or loss < min(self.losses):
            self.best = [layer.numpy().copy() for layer in self.layers]
        self.losses.append(loss)
        since = len(self.losses) - 1 - int(np.argmin(self.losses))
        return self.patience is not None and since >= self.patience


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
    return _activations(inputs, layers)[-1]


def _activations(inputs: torch.Tensor, layers: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Return what goes into each layer, and last what comes out of the network."""
    found = [inputs]
    for weight, bias in zip(layers[:-2:2], layers[1:-2:2], strict=True):
        found.append(torch.addmm(bias, found[-1], weight.t()).relu_())
    return [*found, torch.addmm(layers[-1], found[-1], layers[-2].t())]


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
