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
    raise NotImplementedError


def rmsprop(w, dw, config=None):
    """RMSProp: every weight has a step size of its own, from a moving average of its squared gradients.

    Options: learning_rate (default 1e-2), decay_rate (default 0.99), the weight of the old average, and epsilon (default 1e-8),
    added to the root so that nothing is divided by zero.
    Remembered: cache, an array like w with the moving average.
    """
    raise NotImplementedError


def adam(w, dw, config=None):
    """Adam: moving averages of the gradient and of its square, both corrected for their start at zero.

    Options: learning_rate (default 1e-3), beta1 (default 0.9) and beta2 (default 0.999), the weights of the old averages, and
    epsilon (default 1e-8), added to the root.
    Remembered: m and v, arrays like w with the averages before correction, and t, how many calls there were. The first call
    uses t = 1.
    """
    raise NotImplementedError
