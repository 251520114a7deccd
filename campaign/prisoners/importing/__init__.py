"""Bringing in lists: read (`reading`, `mapping`, `viasna`, `own`), compare (`matching`), write (`applying`)."""
