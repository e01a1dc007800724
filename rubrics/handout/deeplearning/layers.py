"""Layers, forward and backward. Nothing to fill in.

A forward function returns its output and a cache; its backward function takes the gradient of the loss with respect to that
output and the cache, and returns the gradients with respect to the inputs. N is the number of examples.
"""

import numpy as np


def affine_forward(x, w, b):
    """The rows of x times w plus b.

    x: (N, d_1, ..., d_k), w: (D, M) with D = d_1 * ... * d_k, b: (M,). Returns out (N, M) and the cache (x, w, b).
    """
    out = x.reshape(x.shape[0], -1) @ w + b
    return out, (x, w, b)


def affine_backward(dout, cache):
    """dout: (N, M). Returns dx, dw and db, of the shapes of x, w and b."""
    x, w, _b = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T @ dout
    return dx, dw, dout.sum(axis=0)


def relu_forward(x):
    """The larger of x and 0, entry by entry. Returns it and the cache x."""
    return np.where(x > 0, x, np.zeros_like(x)), x


def relu_backward(dout, cache):
    """dout: of the shape of x. Returns dx."""
    return np.where(cache > 0, dout, np.zeros_like(dout))


def softmax_loss(x, y):
    """The mean negative logarithm of the probabilities that softmax gives to the right classes.

    x: scores (N, C), y: classes (N,) in 0..C-1. Returns the loss, a number, and its gradient (N, C).
    """
    count = np.arange(x.shape[0])
    scores = x - np.max(x, axis=1, keepdims=True)
    log_probabilities = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    loss = -np.mean(log_probabilities[count, y])
    dx = np.exp(log_probabilities)
    dx[count, y] -= 1
    return loss, dx / x.shape[0]


def svm_loss(x, y):
    """The mean over the examples of the sum of the hinge losses with margin 1.

    x: scores (N, C), y: classes (N,) in 0..C-1. Returns the loss, a number, and its gradient (N, C).
    """
    count = np.arange(x.shape[0])
    margins = np.maximum(0, x - x[count, y][:, None] + 1)
    margins[count, y] = 0
    dx = (margins > 0).astype(x.dtype)
    dx[count, y] = -dx.sum(axis=1)
    return margins.sum() / x.shape[0], dx / x.shape[0]
