"""The umbrella: what belongs together, its language, look and safety settings."""
