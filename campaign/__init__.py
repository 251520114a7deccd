"""Solidarity campaigns for political prisoners."""
