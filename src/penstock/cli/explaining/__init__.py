"""What `penstock why` does: find the entities that a word names, follow what led to them, print it."""
