"""Documents and files about projects: Word, Excel, GeoPackage, CSV."""
