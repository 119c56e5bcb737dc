"""The embedded engine: the part of the Docker Engine API that the course needs, without Docker."""
