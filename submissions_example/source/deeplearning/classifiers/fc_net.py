"""A fully connected network for classification."""

import numpy as np

from deeplearning.layer_utils import affine_relu_backward, affine_relu_forward
from deeplearning.layers import affine_backward, affine_forward, softmax_loss


class FullyConnectedNet:
    """Affine layers with a ReLU after each but the last, and a softmax loss.

    `self.params` is a dict with the weights W1, W2, ... and the biases b1, b2, ...: for L hidden layers there are L + 1 of each.
    """

    def __init__(
        self,
        hidden_dims,
        input_dim=3 * 32 * 32,
        num_classes=10,
        dropout=0,
        use_batchnorm=False,
        reg=0.0,
        weight_scale=1e-2,
        dtype=np.float32,
        seed=None,
        initialization="random",
    ):
        """Make the network.

        hidden_dims: the sizes of the hidden layers. input_dim, num_classes: the sizes of the input and of the output.
        dropout, use_batchnorm: not part of this homework; leave them off.
        reg: strength of the L2 regularization of the weights.
        weight_scale: standard deviation of the weights where initialization is "random".
        dtype: type of all parameters and of the computation; use float64 to check gradients.
        seed: if given, NumPy's random generator is set to it first.
        initialization: "random", "he" or "zero".
        """
        if dropout or use_batchnorm:
            raise ValueError("dropout and batch normalization are not part of this homework")
        if seed is not None:
            np.random.seed(seed)
        self.reg = reg
        self.dtype = dtype
        self.num_layers = 1 + len(hidden_dims)
        self.params = {}

        dims = [input_dim, *hidden_dims, num_classes]
        for layer in range(1, self.num_layers + 1):
            fan_in, fan_out = dims[layer - 1], dims[layer]
            if initialization == "random":
                # Independent normal weights of mean 0 and standard deviation weight_scale, shape (fan_in, fan_out)
                weights = np.random.normal(0, weight_scale, (fan_in, fan_out))
            elif initialization == "he":
                # The initialization of He et al. with normal weights, shape (fan_in, fan_out)
                weights = np.random.randn(fan_in, fan_out) * np.sqrt(2 / fan_in)
            elif initialization == "zero":
                # All weights zero, shape (fan_in, fan_out)
                weights = np.zeros((fan_in, fan_out))
            else:
                raise ValueError('initialization must be "random", "he" or "zero"')
            self.params[f"W{layer}"] = weights
            self.params[f"b{layer}"] = np.zeros(fan_out)

        for name, value in self.params.items():
            self.params[name] = value.astype(dtype)

    def loss(self, X, y=None):
        """The scores, or the loss and its gradients.

        X: (N, d_1, ..., d_k), y: classes (N,) or None. Without y, returns the scores (N, C). With y, returns the loss, a
        number, and a dict with the gradient for every name in `self.params`.
        """
        hidden, caches = X.astype(self.dtype), []
        for layer in range(1, self.num_layers):
            hidden, cache = affine_relu_forward(hidden, self.params[f"W{layer}"], self.params[f"b{layer}"])
            caches.append(cache)
        last = self.num_layers
        scores, cache = affine_forward(hidden, self.params[f"W{last}"], self.params[f"b{last}"])
        if y is None:
            return scores

        loss, dout = softmax_loss(scores, y)
        grads = {}
        dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dout, cache)
        for layer in range(last - 1, 0, -1):
            dout, grads[f"W{layer}"], grads[f"b{layer}"] = affine_relu_backward(dout, caches.pop())
        for layer in range(1, last + 1):
            weights = self.params[f"W{layer}"]
            loss += 0.5 * self.reg * np.sum(weights**2)
            grads[f"W{layer}"] += self.reg * weights
        return loss, grads
