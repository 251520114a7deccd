"""Pure helpers that know neither Flask nor the database."""
