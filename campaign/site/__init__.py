"""Public pages that span features, and what operators ask."""
