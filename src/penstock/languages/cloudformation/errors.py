"""What is wrong with a template, or with what was given for it."""


class TemplateError(ValueError):
    """A template that cannot be read or evaluated, or parameters that do not fit; the message is AWS's sentence."""
