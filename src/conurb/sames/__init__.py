"""The ten sames, one package each, strangers to one another. Adding one is adding a folder."""
