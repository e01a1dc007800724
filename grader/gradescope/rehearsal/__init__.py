"""A container like Gradescope's on this machine, without Docker: what is packed is built and run in it."""
