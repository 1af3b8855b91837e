"""MLflow tracking servers: the real ones, launched and kept by Penstock."""
