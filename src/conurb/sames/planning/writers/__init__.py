"""Files that the pack writes."""
