"""Rosters as files: read (Popolo JSON, a plain table) into one form, whoever made them, and written again."""
