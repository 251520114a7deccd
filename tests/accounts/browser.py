"""What tests of the desk browse with."""

import re

PASSWORD = "three grey herons"


class Browser:
    """A test client that fills in forms as a browser does."""

    def __init__(self, client):
        self.client = client

    def get(self, path, **options):
        return self.client.get(path, **options)

    def token(self, path="/admin/login"):
        page = self.client.get(path).text
        return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]

    def post(self, path, *, seen="/admin/login", **fields):
        return self.client.post(path, data={"csrf_token": self.token(seen), **fields})

    def log_in(self, email="ada@example.org", password=PASSWORD, **more):
        return self.post("/admin/login", email=email, password=password, **more)
