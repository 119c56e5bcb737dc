# One worker for each processor.
workers=$(nproc)
