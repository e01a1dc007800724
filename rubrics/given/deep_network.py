import torch
import torch.nn as nn

np.random.seed(0)
F_TRUE_PARAMS = 2 * np.random.random(5) - 1
TRAIN_N, TEST_N, width = 1500, 500, 20


def f_true(x):
    """The function to learn, an odd one, for an array x."""
    return sum(p * np.sin(k * np.pi * x) for k, p in enumerate(F_TRUE_PARAMS))


def train_data(seed=10, low=-1.0, high=1.0):
    """TRAIN_N points from U(low, high) and their noisy values: two tensors of shape (TRAIN_N, 1)."""
    np.random.seed(seed)
    x = np.random.uniform(low, high, TRAIN_N)
    y = f_true(x) + 0.1 * np.random.randn(TRAIN_N)
    return tuple(torch.tensor(values, dtype=torch.float32).reshape(-1, 1) for values in (x, y))


train_x, train_y = train_data()

# %%
def test_error(model):
    """The mean squared error against the function without noise, on TEST_N points of [-1, 1]."""
    x = np.linspace(-1, 1, TEST_N)
    with torch.no_grad():
        predictions = model(torch.tensor(x, dtype=torch.float32).reshape(-1, 1)).numpy().ravel()
    return np.mean((predictions - f_true(x)) ** 2)

# %%
def naive_init(scale, module):
    """For nn.Linear: weights from U(-scale, scale), biases 0. Other modules stay as they are."""
    if isinstance(module, nn.Linear):
        nn.init.uniform_(module.weight, -scale, scale)
        nn.init.zeros_(module.bias)


def train_model(model, seed, x, y, n_steps=468, batch_size=32):
    """Train the model itself, by stochastic gradient descent on the mean squared error."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(n_steps):
        batch = torch.randint(len(x), (batch_size,), generator=generator)
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x[batch]), y[batch]).backward()
        optimizer.step()
    return model
