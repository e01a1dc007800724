"""Helpers that the notebook imports."""

import numpy as np

table_of_cifar = np.load("deeplearning/datasets/cifar.npz")


def gen_gaussian_points(n, mean, sigma):
    return np.random.normal(mean, sigma, (n, 2))


def lstsq_grad(X, y, w):
    return 2 * X.T @ (X @ w - y)


def zeros_like_columns(X, start):
    return np.zeros(X.shape[1]) if start is None else np.array(start, dtype=float)


if __name__ == "__main__":
    raise SystemExit("not meant to be run")
