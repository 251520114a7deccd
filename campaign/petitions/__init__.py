"""Petitions: read, signed, confirmed, counted, exported."""
