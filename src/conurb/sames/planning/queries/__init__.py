"""What pages, documents and measures read of reviews, zones and plans."""
