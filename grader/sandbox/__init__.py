"""Grader -> template (exec'ed clean, libraries imported once) -> child (a confined fork that runs student code)."""
