"""The Docker Engine API of the embedded engine, one module per noun.

https://docs.docker.com/reference/api/engine/version/v1.51/
"""
