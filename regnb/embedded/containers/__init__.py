"""Containers of the embedded engine: registries that run as processes."""

# How Distribution's registry ends when it is told to: Go's default for a signal nobody handles.
STOPPED = 2
