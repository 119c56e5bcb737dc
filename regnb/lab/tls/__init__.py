"""Certificates of the lab's own: an authority, what it signs, and what a connection shows of it."""
