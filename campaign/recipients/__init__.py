"""Those to whom a petition is addressed."""
