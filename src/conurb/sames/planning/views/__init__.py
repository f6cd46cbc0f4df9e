"""The pages of the pack."""
