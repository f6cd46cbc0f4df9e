"""What changes reviews and the library of plans: one function a use case."""
