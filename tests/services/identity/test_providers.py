"""OpenID Connect providers: whose tokens trust policies name."""

import pytest

from services.identity.world import World

HOST = "token.actions.githubusercontent.com"
ARN = f"arn:aws:iam::123456789012:oidc-provider/{HOST}"


def test_a_provider_is_known_by_its_address_and_tells_its_audiences(world: World) -> None:
    iam = world.client("iam")
    made = iam.create_open_id_connect_provider(
        Url=f"https://{HOST}", ClientIDList=["sts.amazonaws.com"], Tags=[{"Key": "a", "Value": "1"}]
    )

    for client in ("mine", "mine"):
        iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=ARN, ClientID=client)
    iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=ARN, ClientID="sts.amazonaws.com")
    iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=ARN, ClientID="never there")
    iam.update_open_id_connect_provider_thumbprint(OpenIDConnectProviderArn=ARN, ThumbprintList=["f" * 40])
    iam.tag_open_id_connect_provider(OpenIDConnectProviderArn=ARN, Tags=[{"Key": "b", "Value": "2"}])
    iam.untag_open_id_connect_provider(OpenIDConnectProviderArn=ARN, TagKeys=["a"])

    told = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=ARN)
    assert made["OpenIDConnectProviderArn"] == ARN
    assert (told["Url"], told["ClientIDList"], told["ThumbprintList"]) == (HOST, ["mine"], ["f" * 40])
    assert told["Tags"] == [{"Key": "b", "Value": "2"}]
    assert iam.list_open_id_connect_provider_tags(OpenIDConnectProviderArn=ARN)["Tags"] == told["Tags"]
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == [{"Arn": ARN}]


def test_a_provider_is_deleted_though_it_is_not_there(world: World) -> None:
    iam = world.client("iam")
    iam.create_open_id_connect_provider(Url=f"https://{HOST}")

    for _ in range(2):
        iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=ARN)

    with pytest.raises(iam.exceptions.NoSuchEntityException, match=f"OpenIDConnect Provider not found for arn {ARN}"):
        iam.get_open_id_connect_provider(OpenIDConnectProviderArn=ARN)


def test_what_cannot_be_a_provider_is_refused(world: World) -> None:
    iam = world.client("iam")
    iam.create_open_id_connect_provider(Url=f"https://{HOST}")

    with pytest.raises(iam.exceptions.EntityAlreadyExistsException, match=f"Provider with url https://{HOST} already"):
        iam.create_open_id_connect_provider(Url=f"https://{HOST}")
    for url in (f"http://{HOST}", HOST, "https://", f"https://{HOST}/?a=b"):
        with pytest.raises(iam.exceptions.InvalidInputException, match="Invalid Open ID Connect Provider URL"):
            iam.create_open_id_connect_provider(Url=url)
    with pytest.raises(iam.exceptions.InvalidInputException, match="Thumbprint list must contain fewer than 5"):
        iam.update_open_id_connect_provider_thumbprint(OpenIDConnectProviderArn=ARN, ThumbprintList=["f" * 40] * 6)
    with pytest.raises(iam.exceptions.LimitExceededException, match="ClientIdsPerOpenIdConnectProvider: 100"):
        iam.create_open_id_connect_provider(Url="https://a.example", ClientIDList=[str(each) for each in range(101)])
