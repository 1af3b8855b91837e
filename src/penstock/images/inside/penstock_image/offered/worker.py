"""What an `output_fn` may answer besides text and bytes."""


class Response:
    """An answer with its content type and status; model servers here take it as they take Flask's."""

    def __init__(
        self,
        response: str | bytes = b"",
        accept: str | None = None,
        status: int = 200,
        mimetype: str = "application/json",
    ) -> None:
        self.response = response.encode() if isinstance(response, str) else response
        self.status_code = status
        self.mimetype = accept or mimetype
        self.headers: dict[str, str] = {"Content-Type": self.mimetype}

    def get_data(self) -> bytes:
        return self.response
