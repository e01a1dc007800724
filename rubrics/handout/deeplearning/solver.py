"""Training of a classifier."""

import numpy as np

from deeplearning import optim


class Solver:
    """Trains a model on random batches and keeps a record.

    The model has `params`, a dict of arrays, and `loss(X, y)`: with y it returns the loss and a dict of gradients with the same
    names, without y the scores.

    After training the model has the parameters that were best on the validation data, and the solver has

    * loss_history: the loss of every step,
    * log_grad_norm_history: the mean norm of the gradients of every step,
    * train_acc_history, val_acc_history: accuracies before training and after every epoch.
    """

    def __init__(self, model, data, **kwargs):
        """Get ready; nothing is trained yet.

        data: a dict with X_train (N, ...), y_train (N,), X_val and y_val.

        Options:
        update_rule: a name from optim.py (default "sgd").
        optim_config: options for the update rule.
        lr_decay: factor for the learning rate after every epoch (default 1).
        batch_size: examples in a step (default 100).
        num_epochs: how often the training data are gone through (default 10).
        print_every: steps between two printed losses (default 10).
        verbose: False prints nothing.
        log_acc_iteration: True records the accuracies of a batch after every step, too.
        """
        self.model = model
        self.X_train, self.y_train = data["X_train"], data["y_train"]
        self.X_val, self.y_val = data["X_val"], data["y_val"]

        self.update_rule = kwargs.pop("update_rule", "sgd")
        self.optim_config = kwargs.pop("optim_config", {})
        self.lr_decay = kwargs.pop("lr_decay", 1.0)
        self.batch_size = kwargs.pop("batch_size", 100)
        self.num_epochs = kwargs.pop("num_epochs", 10)
        self.print_every = kwargs.pop("print_every", 10)
        self.verbose = kwargs.pop("verbose", True)
        self.log_acc_iteration = kwargs.pop("log_acc_iteration", False)
        if kwargs:
            raise ValueError(f"unknown options: {', '.join(sorted(kwargs))}")
        if not hasattr(optim, self.update_rule):
            raise ValueError(f"there is no update rule {self.update_rule!r}")
        self.update_rule = getattr(optim, self.update_rule)
        self._reset()

    def _reset(self):
        self.epoch = 0
        self.best_val_acc = 0
        self.best_params = {}
        self.loss_history = []
        self.log_grad_norm_history = []
        self.train_acc_history = []
        self.val_acc_history = []
        self.optim_configs = {name: dict(self.optim_config) for name in self.model.params}

    def _step(self):
        """One update of all parameters, from one random batch. `train` calls it."""
        batch = np.random.choice(self.X_train.shape[0], self.batch_size)
        loss, grads = self.model.loss(self.X_train[batch], self.y_train[batch])
        self.loss_history.append(loss)

        # Append one number: the mean, over all parameters (weights and biases), of the l2 norm of the parameter's gradient.
        self.log_grad_norm_history.append(FIXME)

        for name, w in self.model.params.items():
            next_w, next_config = self.update_rule(w, grads[name], self.optim_configs[name])
            self.model.params[name] = next_w
            self.optim_configs[name] = next_config

    def check_accuracy(self, X, y, num_samples=None, batch_size=100):
        """The share of right answers, on `num_samples` random examples if given, else on all."""
        if num_samples is not None and num_samples < X.shape[0]:
            chosen = np.random.choice(X.shape[0], num_samples)
            X, y = X[chosen], y[chosen]
        starts = range(0, X.shape[0], batch_size)
        predicted = [np.argmax(self.model.loss(X[start : start + batch_size]), axis=1) for start in starts]
        return np.mean(np.concatenate(predicted) == y)

    def _record_accuracy(self):
        train_acc = self.check_accuracy(self.X_train, self.y_train, num_samples=1000)
        val_acc = self.check_accuracy(self.X_val, self.y_val)
        self.train_acc_history.append(train_acc)
        self.val_acc_history.append(val_acc)
        if val_acc > self.best_val_acc:
            self.best_val_acc = val_acc
            self.best_params = {name: w.copy() for name, w in self.model.params.items()}
        return train_acc, val_acc

    def _finish_epoch(self):
        self.epoch += 1
        for config in self.optim_configs.values():
            config["learning_rate"] *= self.lr_decay

    def train(self):
        """Train for num_epochs epochs."""
        steps_per_epoch = max(self.X_train.shape[0] // self.batch_size, 1)
        steps = self.num_epochs * steps_per_epoch
        self._record_accuracy()
        for step in range(1, steps + 1):
            self._step()
            if self.verbose and step % self.print_every == 1 % self.print_every:
                print(f"(Iteration {step} / {steps}) loss: {self.loss_history[-1]:f}")
            ends_epoch = step % steps_per_epoch == 0
            if ends_epoch:
                self._finish_epoch()
            if ends_epoch or self.log_acc_iteration:
                train_acc, val_acc = self._record_accuracy()
                if self.verbose and ends_epoch:
                    print(f"(Epoch {self.epoch} / {self.num_epochs}) train acc: {train_acc:f}; val acc: {val_acc:f}")
        if self.best_params:
            self.model.params = self.best_params
