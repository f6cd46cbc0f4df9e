"""What pages, documents and measures read of reviews and plans."""
