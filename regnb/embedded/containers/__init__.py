"""Containers of the embedded engine: registries that run as processes."""
