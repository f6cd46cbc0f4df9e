"""One platform: freight vehicle passes, handled once and recognised in three cities (item 9.2)."""
