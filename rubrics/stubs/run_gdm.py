def runGDM(maxiter, stepsize, beta):
    """The same with momentum, from w = 0."""
    w = np.zeros((X.shape[1], 1))
    smoothed_grad = 2 * (X.T @ X @ w - X.T @ y)
    grads, ws, losses = [], [], []
    for _ in range(maxiter):
        grad = 2 * (X.T @ X @ w - X.T @ y)
        # TODO: update smoothed_grad

        w = w - stepsize * smoothed_grad
        grads.append(grad.ravel())
        ws.append(w.ravel())
        losses.append(np.sum((X @ w - y) ** 2))
    return np.array(grads), np.array(ws), losses

# %%
# plot_runs(GD=runGD(100, 1e-4), momentum=runGDM(100, 1e-4, beta=0.6))
