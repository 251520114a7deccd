"""The demo campaign #FreeViasna."""
