"""The demo's pipeline and its scripts: ordinary SageMaker scripts, which Penstock runs as they are."""
