"""What labour inspections and the authorities that act on the list keep."""
