"""Update rules: what turns a gradient into the next weights.

Every rule is called as `rule(w, dw, config)`:

* w: the weights, an array of any shape; a rule may change it in place.
* dw: the gradient of the loss, of the same shape; it must stay as it is.
* config: a dict with the options of the rule (learning rate and so on) and with what it has to remember until its next call
  for the same weights. None stands for an empty dict. An option that is not in it has its default; what is remembered starts
  at zero.

It returns `(next_w, config)`: the next weights, of the same shape, and the dict for the next call.
"""

import numpy as np


def sgd(w, dw, config=None):
    """Plain stochastic gradient descent. Nothing to fill in.

    Options: learning_rate (default 1e-2).
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    w -= config["learning_rate"] * dw
    return w, config


def sgd_momentum(w, dw, config=None):
    """Stochastic gradient descent with momentum.

    Options: learning_rate (default 1e-2) and momentum (default 0.9; 0 gives plain gradient descent).
    Remembered: velocity, an array like w. The gradient is added to it with weight 1, and the learning rate is applied when the
    weights are updated.
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w), **(config or {})}
    config["velocity"] = config["momentum"] * config["velocity"] + dw
    return w - config["learning_rate"] * config["velocity"], config


def rmsprop(w, dw, config=None):
    """RMSProp: every weight has a step size of its own, from a moving average of its squared gradients.

    Options: learning_rate (default 1e-2), decay_rate (default 0.99), the weight of the old average, and epsilon (default 1e-8),
    added to the root so that nothing is divided by zero.
    Remembered: cache, an array like w with the moving average.
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("decay_rate", 0.99)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("cache", np.zeros_like(w))
    config["cache"] = config["decay_rate"] * config["cache"] + (1 - config["decay_rate"]) * dw**2
    w -= config["learning_rate"] * dw / (np.sqrt(config["cache"]) + config["epsilon"])
    return w, config


def adam(w, dw, config=None):
    """Adam: moving averages of the gradient and of its square, both corrected for their start at zero.

    Options: learning_rate (default 1e-3), beta1 (default 0.9) and beta2 (default 0.999), the weights of the old averages, and
    epsilon (default 1e-8), added to the root.
    Remembered: m and v, arrays like w with the averages before correction, and t, how many calls there were. The first call
    uses t = 1.
    """
    if config is None:
        config = {}
    lr, b1, b2 = config.get("learning_rate", 1e-3), config.get("beta1", 0.9), config.get("beta2", 0.999)
    eps, t = config.get("epsilon", 1e-8), config.get("t", 0) + 1
    m = b1 * config.get("m", np.zeros_like(w)) + (1 - b1) * dw
    v = b2 * config.get("v", np.zeros_like(w)) + (1 - b2) * dw * dw
    config.update(learning_rate=lr, beta1=b1, beta2=b2, epsilon=eps, m=m, v=v, t=t)
    return w - lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps), config
