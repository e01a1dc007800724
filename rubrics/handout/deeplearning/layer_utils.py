"""Layers that are often used together. Nothing to fill in."""

from deeplearning.layers import affine_backward, affine_forward, relu_backward, relu_forward


def affine_relu_forward(x, w, b):
    """An affine layer and a ReLU. Returns the output and a cache for `affine_relu_backward`."""
    between, affine_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(between)
    return out, (affine_cache, relu_cache)


def affine_relu_backward(dout, cache):
    """Returns the gradients dx, dw and db."""
    affine_cache, relu_cache = cache
    return affine_backward(relu_backward(dout, relu_cache), affine_cache)
