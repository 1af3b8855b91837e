"""The engine: runs, their journals, and the commands that leave them. It knows no product."""
