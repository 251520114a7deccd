"""Where prisoners are held: names, addresses with their validity, rules for letters."""
