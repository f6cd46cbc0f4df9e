"""Layers of planning maps: how they come in, are kept and served, and what is found in them."""
