"""What pages, the API and the service read of the passes."""
