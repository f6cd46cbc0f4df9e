"""Layers of planning maps: what comes in, how it is kept, what is found in it, how it is served."""
