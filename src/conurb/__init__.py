"""Conurb runs neighbouring cities as one."""

__version__ = "0.1.0"
