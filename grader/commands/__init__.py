"""One verb per file; each function returns an exit code."""
