"""The pack of field 1, one planning map: joint review, zones and tiers, the library of plans."""
