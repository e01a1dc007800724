model = nn.Sequential(
    NotImplementedError()  # four hidden layers of `width` units with ReLU, and the output
)
