"""What operators do: migrate, look after keys, and ask the doctor."""
