"""The SageMaker pipeline definition language, version 2020-12-01: text → tree → value. Pure."""
