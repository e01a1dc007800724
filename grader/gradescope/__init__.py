"""Gradescope's container: what it says about a submission, and a course's rules for late ones."""
