"""Keys, encryption of personal fields, blind indexes and link tokens. Knows neither Flask nor the database."""

from campaign.vault.keyring import KeyFile, KeyRing, KeyRingError, changing, load, load_or_create, save
from campaign.vault.vault import CannotOpen, Vault

__all__ = ["CannotOpen", "KeyFile", "KeyRing", "KeyRingError", "Vault", "changing", "load", "load_or_create", "save"]
