"""Steps of Adam for several small networks at once, to the bit the same for each of them alone."""

from __future__ import annotations

from collections.abc import Sequence

import torch


class Adam:
    """Adam (Kingma and Ba 2015) with decoupled decay on cross-entropy, of R networks at once.

    `torch.optim` imports torch's compiler, two seconds, and steps layer by layer; `backward` builds a graph
    for each batch. Here all layers of all networks are pieces of one vector, layer by layer, and so are their
    gradients, which are written where they belong.

    Parameters
    ----------
    networks : sequence of sequence of tensor
        Initial layers of each network, weight (out, in) and bias (out,) alternately; equal shapes.
    learning_rate : float
    decay : float
        Of the weights at each step (Loshchilov and Hutter 2019), times the learning rate.
    """

    MEMORY, MEMORY_OF_SQUARES, EPSILON = 0.9, 0.999, 1e-8

    def __init__(
        self, networks: Sequence[Sequence[torch.Tensor]], learning_rate: float, decay: float
    ) -> None:
        self.learning_rate, self.decay, self.steps = learning_rate, decay, 0
        self.shapes = [layer.shape for layer in networks[0]]
        layers = [torch.stack(layer) for layer in zip(*networks, strict=True)]
        values = torch.cat([layer.flatten() for layer in layers])
        self._lay_out(len(networks), values, torch.zeros_like(values), torch.zeros_like(values))

    def _lay_out(self, networks: int, values: torch.Tensor, mean: torch.Tensor, square: torch.Tensor) -> None:
        self.networks, self.values, self.mean, self.square = networks, values, mean, square
        self.gradient, self.spread = torch.zeros_like(values), torch.zeros_like(values)
        self.layers, self.slopes = self._pieces(values), self._pieces(self.gradient)

    def _pieces(self, vector: torch.Tensor) -> list[torch.Tensor]:
        """Return a vector as the layers, (R, out, in) and (R, out)."""
        pieces = vector.split([self.networks * shape.numel() for shape in self.shapes])
        return [piece.view(self.networks, *shape) for piece, shape in zip(pieces, self.shapes, strict=True)]

    def keep(self, places: Sequence[int]) -> None:
        """Go on with some of the networks."""
        chosen = torch.tensor(places, dtype=torch.long)
        kept = [
            torch.cat([piece[chosen].flatten() for piece in self._pieces(vector)])
            for vector in (self.values, self.mean, self.square)
        ]
        self._lay_out(len(places), *kept)

    def weights_of(self, place: int) -> list[torch.Tensor]:
        """Return a copy of one network's layers."""
        return [layer[place].clone() for layer in self.layers]

    def take(self, inputs: torch.Tensor, labels: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        """Take a step along the gradient of a batch of each network, and return their mean losses, (R,)."""
        losses = self._differentiate(inputs, labels, weight)
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
        return losses

    def _differentiate(
        self, inputs: torch.Tensor, labels: torch.Tensor, weight: torch.Tensor
    ) -> torch.Tensor:
        """Write the gradients of the weighted cross-entropies, and return these, (R,).

        Inputs are (R, b, d), labels and weights (R, b).
        """
        weights, biases = self.layers[::2], self.layers[1::2]
        activations = [inputs]
        for matrix, bias in zip(weights[:-1], biases[:-1], strict=True):
            activations.append(torch.baddbmm(bias[:, None], activations[-1], matrix.mT).relu_())
        logits = torch.baddbmm(biases[-1][:, None], activations[-1], weights[-1].mT)
        log_p = torch.log_softmax(logits, dim=2)
        right = labels[:, :, None]
        # the derivative by log p, and then that of log softmax: softmax less one at the right class
        towards = torch.zeros_like(log_p).scatter_(2, right, -weight[:, :, None])
        error = torch.ops.aten._log_softmax_backward_data(towards, log_p, 2, torch.float)
        for layer in reversed(range(len(weights))):
            torch.bmm(error.mT, activations[layer], out=self.slopes[2 * layer])
            torch.sum(error, dim=1, out=self.slopes[2 * layer + 1])
            if layer:
                error = torch.bmm(error, weights[layer])
                # no slope where ReLU cut off
                error = torch.ops.aten.threshold_backward(error, activations[layer], 0)
        return -(log_p.gather(2, right)[:, :, 0] * weight).sum(dim=1)
