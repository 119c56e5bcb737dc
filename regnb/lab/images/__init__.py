"""Images of the lab: on the engine, in the registry, and on the way between them."""
