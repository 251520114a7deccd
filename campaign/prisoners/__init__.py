"""Prisoner profiles: the centre that every action hangs on."""
