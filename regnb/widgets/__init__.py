"""Pictures of what a registry holds, with controls where a kernel runs; see `base_view`."""
