"""Work that takes longer than a request: queued, done by a worker, with progress, cancelled at will."""
