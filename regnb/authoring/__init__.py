"""Builds the notebooks from their sources, and checks them."""
