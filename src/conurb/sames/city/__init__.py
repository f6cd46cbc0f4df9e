"""三市同城: one catalogue of services, taken in any city, decided by whom it concerns."""
