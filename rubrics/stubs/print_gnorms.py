def print_gnorms(model):
    """Print name and gradient norm of every weight matrix, on train_x and train_y."""
    for name, param in model.named_parameters():
        if name.endswith(".weight"):
            gnorm = ?
            print(name, "{:.8f}".format(gnorm))
