"""Mail: composing it, the outbox, and the way to the mail server. See `service.enqueue` and `compose.MailTemplate`."""
