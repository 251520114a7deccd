"""Members of parliament who stand by a prisoner: joined, verified, dated, visible."""
