def better_init(module):
    """For nn.Linear: weights of a scale that suits the layer, biases 0. Other modules stay as they are."""
    if isinstance(module, nn.Linear):
        raise NotImplementedError
