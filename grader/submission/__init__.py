"""Bytes -> files -> cells -> statements -> candidates -> slices. Pure; runs inside a child (except collect)."""
