"""Work that takes longer than a request: a worker does it, with progress, until cancelled."""
