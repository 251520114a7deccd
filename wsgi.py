"""The WSGI application for a server: `granian --interface wsgi wsgi:app`."""

from campaign.app import create_app

app = create_app()
