"""Godparents in public: joining, answering an invitation, and the pages of those who are public."""
