"""The registry of the lab: its container, its settings, its storage, and how it refuses."""
