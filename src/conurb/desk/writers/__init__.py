"""Letters and sheets of the desk."""
