def gen_gaussian_points(n, mean, sigma):
    """n points in the plane, normal with this mean and these standard deviations."""
    return np.random.normal(mean, sigma, (n, 2))


np.random.seed(0)
X = gen_gaussian_points(500, [-3, 0], [3, 1])
y = 1.0 * (X[:, 1:] > 0)

# %%
def runGD(maxiter, stepsize):
    """Gradient descent from w = 0: gradients and weights, shape (maxiter, d), and the losses."""
    w = np.zeros((X.shape[1], 1))
    grads, ws, losses = [], [], []
    for _ in range(maxiter):
        grad = 2 * (X.T @ X @ w - X.T @ y)
        w = w - stepsize * grad
        grads.append(grad.ravel())
        ws.append(w.ravel())
        losses.append(np.sum((X @ w - y) ** 2))
    return np.array(grads), np.array(ws), losses

# %%
def plot_runs(**runs):
    """Gradients, weights and losses of several runs: plot_runs(GD=runGD(100, 1e-4), ...)."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(15, 4))
    for name, (grads, ws, losses) in runs.items():
        for axis, rows in zip(axes, (grads, ws), strict=False):
            for i, component in enumerate(rows.T):
                axis.plot(component, label=f"{name}, component {i}")
        axes[2].semilogy(losses, label=name)
    for axis, title in zip(axes, ("gradient", "weights", "loss"), strict=True):
        axis.set(title=title, xlabel="step")
        axis.legend()
    plt.show()
