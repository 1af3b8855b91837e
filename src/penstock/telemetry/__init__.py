"""Telemetry: what goes on in the house, told in the formats that others read. It looks, and changes nothing."""
