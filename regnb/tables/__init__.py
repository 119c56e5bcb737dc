"""What the course shows, as pandas DataFrames that read well in both languages."""
