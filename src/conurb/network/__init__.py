"""Graphs of roads and rails, and what a change to them is worth."""
