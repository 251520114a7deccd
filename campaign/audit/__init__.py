"""The append-only record of what organisers did."""
