"""What changes the state of layers and findings: one function a use case."""
