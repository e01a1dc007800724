"""Reading the CIFAR-10 images. Nothing to fill in, and nothing is downloaded: the files must be there when they are read.

The folder has the binary version of CIFAR-10 (data_batch_1.bin to data_batch_5.bin and test_batch.bin), or the six batches
as `.npz` files with the arrays `data` (N, 3072) and `labels` (N,).
"""

import os

import numpy as np

CIFAR10 = os.path.join("deeplearning", "datasets", "cifar-10-batches-bin")
BYTES_PER_IMAGE = 1 + 3 * 32 * 32
CLASSES = ["plane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


def load_CIFAR_batch(filename):
    """The images (N, 32, 32, 3) as floats from 0 to 255, and their classes (N,), of one file."""
    if filename.endswith(".npz"):
        with np.load(filename) as batch:
            images, labels = batch["data"], batch["labels"]
    else:
        rows = np.fromfile(filename, dtype=np.uint8).reshape(-1, BYTES_PER_IMAGE)
        images, labels = rows[:, 1:], rows[:, 0]
    return images.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).astype(float), labels.astype(int)


def load_CIFAR10(root):
    """Training images and classes, test images and classes: 50000 and 10000 of them."""
    names = [f"data_batch_{number}" for number in range(1, 6)]
    batches = [load_CIFAR_batch(_find(root, name)) for name in names]
    images, labels = (np.concatenate(parts) for parts in zip(*batches))
    return images, labels, *load_CIFAR_batch(_find(root, "test_batch"))


def _find(root, name):
    for ending in (".bin", ".npz"):
        path = os.path.join(root, name + ending)
        if os.path.exists(path):
            return path
    raise FileNotFoundError(f"{root} has neither {name}.bin nor {name}.npz: put the CIFAR-10 data there")


def get_CIFAR10_data(num_training=49000, num_validation=1000, num_test=1000, root=CIFAR10):
    """A dict with X_train, y_train, X_val, y_val, X_test and y_test; images (N, 3, 32, 32), their mean subtracted."""
    X, y, X_test, y_test = load_CIFAR10(root)
    validation = slice(num_training, num_training + num_validation)
    parts = {
        "train": (X[:num_training], y[:num_training]),
        "val": (X[validation], y[validation]),
        "test": (X_test[:num_test], y_test[:num_test]),
    }
    mean = parts["train"][0].mean(axis=0)
    data = {}
    for name, (images, labels) in parts.items():
        data[f"X_{name}"] = np.ascontiguousarray((images - mean).transpose(0, 3, 1, 2))
        data[f"y_{name}"] = labels
    return data
