"""Step Functions: state machines and what they call."""
