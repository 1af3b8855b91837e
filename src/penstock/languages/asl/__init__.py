"""The Amazon States Language: text → tree → values. Pure; what carries a machine out is `services.stepfunctions`."""
