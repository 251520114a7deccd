"""Parliaments and who sits in them: the rosters against which members of parliament are recognised."""
