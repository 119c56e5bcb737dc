"""What can be told about a registry from what it holds and answers: data, and no display."""
