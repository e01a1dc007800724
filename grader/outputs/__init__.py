"""Renderers: pure functions of a Report, one per file, in a literal registry."""
