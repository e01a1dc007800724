"""The right answer with torch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

Array = npt.NDArray[np.float64]


def loss_gradient(w: Array, X: Array, y: Array) -> Array:
    """The gradient of the mean of (X w - y)^2."""
    weights = torch.tensor(w, dtype=torch.float64, requires_grad=True)
    loss = torch.mean((torch.tensor(X) @ weights - torch.tensor(y)) ** 2)
    return np.asarray(torch.autograd.grad(loss, weights)[0].numpy())
