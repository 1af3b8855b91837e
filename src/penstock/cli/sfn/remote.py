"""The services of a running server, as the directory of a machine that is carried out here."""

import asyncio

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from penstock.cli.clients import Client, client
from penstock.cli.place import Place
from penstock.services.peripheral.forward import failure, ours
from penstock.services.stepfunctions.alone import Unattended
from penstock.wire.call import Answer, Call, Directory, ServiceError


class Remote(Directory):
    """Calls go to a server, as any client's would; a server that is not there is said to be nobody."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._clients: dict[str, Client] = {}

    async def answer(self, call: Call) -> Answer:
        return await asyncio.to_thread(self._ask, call)

    def _ask(self, call: Call) -> Answer:
        if call.service not in self._clients:
            self._clients[call.service] = client(self._place, call.service, attempts=1)
        try:
            answer = self._clients[call.service]._make_api_call(call.operation, dict(call.request))
        except ClientError as error:
            raise failure(error) from None
        except EndpointConnectionError:
            raise Unattended(f"no Penstock answers at {self._place.endpoint}") from None
        except BotoCoreError as error:
            raise ServiceError(str(error), code="ServiceUnavailable", status=503) from None
        return {name: ours(value) for name, value in answer.items() if name != "ResponseMetadata"}
