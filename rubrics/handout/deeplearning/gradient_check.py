"""Gradients by small differences, to check those of the layers. Nothing to fill in."""

import numpy as np


def rel_error(x, y):
    """The largest relative difference of two arrays."""
    return np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))


def eval_numerical_gradient(f, x, verbose=False, h=1e-5):
    """The gradient of f, a function of the array x with one number as its value, at x. Uses float64."""
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        gradient[index] = (_moved(f, x, index, h) - _moved(f, x, index, -h)) / (2 * h)
        if verbose:
            print(index, gradient[index])
    return gradient


def eval_numerical_gradient_array(f, x, df, h=1e-5):
    """The gradient of sum(f(x) * df) with respect to the array x, for a function f with an array as its value."""
    return eval_numerical_gradient(lambda moved: np.sum(f(moved) * df), x, h=h)


def _moved(f, x, index, step):
    """The value of f with one entry of x moved; x is as before afterwards."""
    before = x[index]
    x[index] = before + step
    value = f(x)
    x[index] = before
    return value
