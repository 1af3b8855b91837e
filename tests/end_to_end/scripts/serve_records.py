"""A script that adds up what it is given: JSON Lines of numbers in, JSON Lines out."""

import json


def model_fn(model_dir):
    return sum


def transform_fn(model, content, content_type, accept):
    text = content if isinstance(content, str) else content.decode()
    sums = [{"sum": model(json.loads(line))} for line in text.splitlines()]
    return "".join(json.dumps(each) + "\n" for each in sums), accept
