"""The pages of the pack, a module a subject."""
