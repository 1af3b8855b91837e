"""Elsewhere: an expression that takes long, with all that it needs, as a question that another process can answer.

    python -m penstock.languages.asl.elsewhere      answers questions from its input until that ends

Question and answer are JSON, with their length before them between processes. The same question has the same answer.
"""

import random
import struct
import sys
from typing import IO, Any, Final

import msgspec

from penstock.languages import jsonata
from penstock.languages.asl import jayway

Json = Any
LENGTH: Final = struct.Struct(">I")


class Question(msgspec.Struct, frozen=True, array_like=True):
    """`given` are the bindings of a JSONata expression, or the document that a path searches."""

    text: str
    is_path: bool
    given: Json


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A value, or an error: its code (none of a path's) and message.

    `is_of_its_moment` says that there is no answer: the expression asks for the time or for chance, which are not here.
    """

    value: Json = None
    is_undefined: bool = False
    code: str = ""
    message: str | None = None
    is_of_its_moment: bool = False


def question_of(text: str, given: Json, *, is_path: bool) -> bytes | None:
    """The question; None where it cannot be put into JSON."""
    try:
        return msgspec.json.encode(Question(text, is_path, given))
    except (UnicodeEncodeError, RecursionError):
        return None


def answered(question: bytes) -> bytes:
    """The answer to a question."""
    asked = msgspec.json.decode(question, type=Question)
    return msgspec.json.encode(_found(asked) if asked.is_path else _evaluated(asked))


def _found(asked: Question) -> Answer:
    try:
        return Answer(jayway.compile_path(asked.text).find(asked.given))
    except jayway.NotFound as why:
        return Answer(message=str(why))


def _evaluated(asked: Question) -> Answer:
    run = jsonata.Run(0.0, random.Random)
    try:
        value = jsonata.compile_expression(asked.text).carry_out(run, asked.given)
    except jsonata.JsonataError as error:
        answer = Answer(code=error.code, message=error.message)
    else:
        answer = Answer(is_undefined=True) if value is jsonata.UNDEFINED else Answer(value)
    return Answer(is_of_its_moment=True) if run.is_of_its_moment else answer


def answer_all(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until there are no more questions."""
    while len(head := questions.read(LENGTH.size)) == LENGTH.size:
        answer = answered(questions.read(LENGTH.unpack(head)[0]))
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


if __name__ == "__main__":
    answer_all(sys.stdin.buffer, sys.stdout.buffer)
