"""Authoring: YAML -> Rubric -> Plan. May import pydantic, yaml, scipy and the reference; grading imports nothing of it."""
