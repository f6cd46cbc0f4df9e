"""The pack of field 2, one network of facilities: every project of the plan appraised."""
