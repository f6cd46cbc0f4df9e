"""The pages of the network and its projects."""
