"""Running processes: the web server, the worker, and the supervisor that keeps both alive."""
