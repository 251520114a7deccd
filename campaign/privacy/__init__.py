"""The signer's own pages: confirm, see, change, withdraw, erase."""
