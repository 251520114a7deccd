"""Everything on one machine for `make run`, with a mail server that delivers nowhere and shows its mails."""
