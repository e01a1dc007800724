"""Grade student notebooks: find the functions, run them confined, compare with a trusted reference."""

__version__ = "0.1.0"
