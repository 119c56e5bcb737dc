"""Serving a WSGI application: the HTTP server, on TCP or on a Unix socket, and its orderly end."""
