"""Stand-in for AWS's package of that name."""
