"""The analyzer of Model Monitor, as its jobs run it."""
