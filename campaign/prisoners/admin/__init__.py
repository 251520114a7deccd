"""Profiles at the organisers' desk."""
