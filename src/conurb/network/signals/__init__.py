"""Signals of an arterial: timing plans, green waves, what they do to drivers, and how they look."""
