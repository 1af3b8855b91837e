"""The demo's whole story, as a team lives it: a project, a push, a model in production, drift, a better model."""
