"""Labour: how much the expressions of one turn may do, so that others have their turn soon.

What takes more than that is not done here: it is asked (`Unanswered`), whoever drives the interpreter has it answered
elsewhere, and the turn is made again from where it began; then the answer is known. An expression that asks for the
time or for chance has no answer elsewhere and is evaluated here, however long it takes. What a turn has spent is the
same in every replay.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from penstock.languages import jsonata
from penstock.languages.asl import jayway
from penstock.languages.asl.elsewhere import Answer, question_of
from penstock.languages.asl.view import View

Json = Any


class Unanswered(Exception):
    """What has to be known before the turn can be made."""

    def __init__(self, question: bytes) -> None:
        super().__init__("an expression takes long")
        self.question = question


class Answers(Protocol):
    """What is known of questions that have been asked."""

    def expects(self, text: str) -> bool:
        """Whether this expression has taken long before."""

    def find(self, question: bytes) -> Answer | None:
        """The answer; None where there is none yet."""


class Labour:
    """One turn's account: `most` steps for each expression, and after as many in all others have their turn."""

    __slots__ = ("_answers", "_left", "_most")

    def __init__(self, answers: Answers, most: int) -> None:
        self._answers = answers
        self._most = self._left = most

    @property
    def is_spent(self) -> bool:
        return self._left <= 0

    def evaluate(self, expression: jsonata.Expression, bindings: Mapping[str, Json], view: View) -> Json:
        known = self._known(expression.text, bindings, is_path=False)
        if known is not None and not known.is_of_its_moment:
            return _value(known)
        run = jsonata.Run(view.at, view.chance, self._most)
        try:
            return expression.carry_out(run, bindings)
        except jsonata.JsonataError:
            if run.left >= 0:
                raise
        finally:
            self._left -= self._most - max(run.left, 0)
        if not run.is_of_its_moment:
            answer = self._answer(expression.text, bindings, is_path=False)
            if answer is not None and not answer.is_of_its_moment:
                return _value(answer)
        return expression.evaluate(bindings, now=view.at, chance=view.chance)

    def find(self, path: jayway.Path, document: Json) -> Json:
        known = self._known(path.text, document, is_path=True)
        if known is not None:
            return _found(known)
        scope = jayway.Scope(document, self._most)
        try:
            return path.find_in(scope)
        except jayway.NotFound:
            if scope.left >= 0:
                raise
        finally:
            self._left -= self._most - max(scope.left, 0)
        answer = self._answer(path.text, document, is_path=True)
        return path.find(document) if answer is None else _found(answer)

    def _known(self, text: str, given: Json, *, is_path: bool) -> Answer | None:
        """The answer to what has taken long before: it took all that there is for one expression."""
        if not self._answers.expects(text):
            return None
        question = question_of(text, given, is_path=is_path)
        answer = None if question is None else self._answers.find(question)
        if answer is not None and not answer.is_of_its_moment:
            self._left -= self._most
        return answer

    def _answer(self, text: str, given: Json, *, is_path: bool) -> Answer | None:
        """The answer; raises `Unanswered` where it is not known yet. None where it cannot be asked."""
        question = question_of(text, given, is_path=is_path)
        if question is None:
            return None
        answer = self._answers.find(question)
        if answer is None:
            raise Unanswered(question)
        return answer


def _value(answer: Answer) -> Json:
    if answer.message is not None:
        raise jsonata.JsonataError(answer.code, message=answer.message)
    return jsonata.UNDEFINED if answer.is_undefined else answer.value


def _found(answer: Answer) -> Json:
    if answer.message is not None:
        raise jayway.NotFound(answer.message)
    return answer.value
