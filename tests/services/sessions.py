"""An STS for worlds that have none: keys of one session, counted."""

from dataclasses import dataclass

from penstock.wire.call import Answer, Call, Json, operation


@dataclass
class Sessions:
    """Keys of a session, which are good for as long as is asked, from `now`."""

    now: float
    given: int = 0
    service: str = "sts"

    @operation("GetSessionToken")
    async def give(self, _: Call, request: Json) -> Answer:
        self.given += 1
        keys = {"AccessKeyId": "ASIAKEY", "SecretAccessKey": "secret", "SessionToken": f"token{self.given}"}
        return {"Credentials": {**keys, "Expiration": self.now + request["DurationSeconds"]}}
