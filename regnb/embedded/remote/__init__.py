"""Registries as the engine reaches them: Docker's rules, Docker's words, and Docker Hub."""
