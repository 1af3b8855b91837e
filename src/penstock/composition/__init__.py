"""Composition: rooms are built here and handed what they need; no other module knows them all."""
