"""Types that may be accepted without effect, as AWS's registry has them: a table, and how a row of EC2's is made.

What belongs here is what project templates have beside what they are about: networks, Studio, notebooks, trails.
"""

from collections.abc import Mapping
from typing import Final

from penstock.services.cloudformation.resources.without_effect import Known


def ec2(
    name: str,
    prefix: str,
    properties: str,
    *,
    required: str = "",
    create_only: str = "",
    defaults: Mapping[str, str] = {},
    **attributes: str | tuple[str, ...],
) -> Known:
    """A row: the id is a prefix and letters, and an attribute without a form is the id."""
    return Known(
        name=f"AWS::EC2::{name}",
        id=f"{prefix}-{{letters}}",
        properties=properties,
        required=required,
        create_only=create_only,
        attributes={key: form or "{id}" for key, form in attributes.items()},
        defaults=defaults,
    )


def studio(name: str, properties: str, *, required: str, create_only: str, ref: str, arn: str) -> Known:
    """A row of what belongs to a Studio domain: its ARN ends so."""
    told = {f"{name}Arn": f"arn:aws:sagemaker:{{region}}:{{account}}:{arn}"}
    return Known(
        name=f"AWS::SageMaker::{name}",
        id=ref,
        properties=properties,
        required=required,
        create_only=create_only,
        attributes=told,
    )


NETWORKS: Final = (
    ec2(
        "VPC", "vpc",
        "CidrBlock EnableDnsHostnames EnableDnsSupport InstanceTenancy Ipv4IpamPoolId Ipv4NetmaskLength Tags "
        "VpcEncryptionControl",
        create_only="CidrBlock Ipv4IpamPoolId Ipv4NetmaskLength VpcEncryptionControl",
        VpcId="", CidrBlock="{CidrBlock}", DefaultNetworkAcl="acl-{letters}", DefaultSecurityGroup="sg-{letters}",
    ),
    ec2(
        "Subnet", "subnet",
        "AssignIpv6AddressOnCreation AvailabilityZone AvailabilityZoneId CidrBlock EnableDns64 EnableLniAtDeviceIndex "
        "Ipv4IpamPoolId Ipv4NetmaskLength Ipv6CidrBlock Ipv6IpamPoolId Ipv6Native Ipv6NetmaskLength "
        "MapPublicIpOnLaunch OutpostArn PrivateDnsNameOptionsOnLaunch Tags VpcId",
        required="VpcId",
        create_only="AvailabilityZone AvailabilityZoneId CidrBlock Ipv4IpamPoolId Ipv4NetmaskLength Ipv6IpamPoolId "
        "Ipv6Native Ipv6NetmaskLength OutpostArn VpcId",
        defaults={"AvailabilityZone": "{region}a"},
        SubnetId="", VpcId="{VpcId}", CidrBlock="{CidrBlock}", AvailabilityZone="{AvailabilityZone}",
    ),
    ec2("InternetGateway", "igw", "Tags", InternetGatewayId=""),
    Known(
        name="AWS::EC2::VPCGatewayAttachment", id="IGW|{VpcId}", properties="InternetGatewayId VpcId VpnGatewayId",
        required="VpcId", create_only="VpcId",
    ),
    ec2("RouteTable", "rtb", "Tags VpcId", required="VpcId", create_only="VpcId", RouteTableId=""),
    ec2(
        "Route", "r",
        "CarrierGatewayId CoreNetworkArn DestinationCidrBlock DestinationIpv6CidrBlock DestinationPrefixListId "
        "EgressOnlyInternetGatewayId GatewayId InstanceId LocalGatewayId NatGatewayId NetworkInterfaceId OdbNetworkArn "
        "RouteTableId TransitGatewayId VpcEndpointId VpcPeeringConnectionId",
        required="RouteTableId",
        create_only="DestinationCidrBlock DestinationIpv6CidrBlock DestinationPrefixListId RouteTableId",
    ),
    ec2(
        "SubnetRouteTableAssociation", "rtbassoc", "RouteTableId SubnetId", required="RouteTableId SubnetId",
        create_only="RouteTableId SubnetId", Id="",
    ),
    ec2(
        "SecurityGroup", "sg", "GroupDescription GroupName SecurityGroupEgress SecurityGroupIngress Tags VpcId",
        required="GroupDescription", create_only="GroupDescription GroupName VpcId", Id="", GroupId="",
    ),
    ec2(
        "SecurityGroupIngress", "sgr",
        "CidrIp CidrIpv6 Description FromPort GroupId GroupName IpProtocol SourcePrefixListId SourceSecurityGroupId "
        "SourceSecurityGroupName SourceSecurityGroupOwnerId ToPort",
        required="IpProtocol",
        create_only="CidrIp CidrIpv6 FromPort GroupId GroupName IpProtocol SourcePrefixListId SourceSecurityGroupId "
        "SourceSecurityGroupName SourceSecurityGroupOwnerId ToPort",
        Id="",
    ),
    ec2(
        "SecurityGroupEgress", "sgr",
        "CidrIp CidrIpv6 Description DestinationPrefixListId DestinationSecurityGroupId FromPort GroupId IpProtocol "
        "ToPort",
        required="GroupId IpProtocol",
        create_only="CidrIp CidrIpv6 DestinationPrefixListId DestinationSecurityGroupId FromPort GroupId IpProtocol "
        "ToPort",
        Id="",
    ),
    ec2(
        "NatGateway", "nat",
        "AllocationId AvailabilityMode AvailabilityZoneAddresses ConnectivityType MaxDrainDurationSeconds "
        "PrivateIpAddress SecondaryAllocationIds SecondaryPrivateIpAddressCount SecondaryPrivateIpAddresses SubnetId "
        "Tags VpcId",
        create_only="AllocationId AvailabilityMode ConnectivityType PrivateIpAddress SubnetId VpcId", NatGatewayId="",
    ),
    ec2(
        "EIP", "eipalloc",  # where AWS has the address: there is none
        "Address Domain InstanceId IpamPoolId NetworkBorderGroup PublicIpv4Pool Tags TransferAddress",
        create_only="Address IpamPoolId NetworkBorderGroup TransferAddress", AllocationId="",
    ),
    ec2(
        "VPCEndpoint", "vpce",
        "DnsOptions IpAddressType PolicyDocument PrivateDnsEnabled ResourceConfigurationArn RouteTableIds "
        "SecurityGroupIds ServiceName ServiceNetworkArn ServiceRegion SubnetIds Tags VpcEndpointType VpcId",
        required="VpcId",
        create_only="ResourceConfigurationArn ServiceName ServiceNetworkArn ServiceRegion VpcEndpointType VpcId",
        Id="", DnsEntries=("none:{id}.invalid",),  # a name that no resolver ever finds
    ),
    ec2(
        "FlowLog", "fl",
        "DeliverCrossAccountRole DeliverLogsPermissionArn DestinationOptions LogDestination LogDestinationType "
        "LogFormat LogGroupName MaxAggregationInterval ResourceId ResourceType TagFieldSpecifications Tags TrafficType",
        required="ResourceId ResourceType",
        create_only="DeliverCrossAccountRole DeliverLogsPermissionArn DestinationOptions LogDestination "
        "LogDestinationType LogFormat LogGroupName MaxAggregationInterval ResourceId ResourceType "
        "TagFieldSpecifications TrafficType",
        Id="",
    ),
    ec2(
        "DHCPOptions", "dopt",
        "DomainName DomainNameServers Ipv6AddressPreferredLeaseTime NetbiosNameServers NetbiosNodeType NtpServers Tags",
        create_only="DomainName DomainNameServers Ipv6AddressPreferredLeaseTime NetbiosNameServers NetbiosNodeType "
        "NtpServers",
        DhcpOptionsId="",
    ),
    Known(
        name="AWS::EC2::VPCDHCPOptionsAssociation", id="{DhcpOptionsId}|{VpcId}", properties="DhcpOptionsId VpcId",
        required="DhcpOptionsId VpcId", create_only="DhcpOptionsId VpcId",
    ),
    ec2("NetworkAcl", "acl", "Tags VpcId", required="VpcId", create_only="VpcId", Id=""),
    ec2(
        "NetworkAclEntry", "acle",
        "CidrBlock Egress Icmp Ipv6CidrBlock NetworkAclId PortRange Protocol RuleAction RuleNumber",
        required="NetworkAclId Protocol RuleAction RuleNumber", create_only="Egress NetworkAclId RuleNumber", Id="",
    ),
    ec2(
        "SubnetNetworkAclAssociation", "aclassoc", "NetworkAclId SubnetId", required="NetworkAclId SubnetId",
        create_only="NetworkAclId SubnetId", AssociationId="",
    ),
)  # fmt: skip
STUDIO: Final = (
    Known(
        name="AWS::SageMaker::Domain",
        id="d-{letters}",
        properties="AppNetworkAccessType AppSecurityGroupManagement AuthMode DefaultSpaceSettings DefaultUserSettings "
        "DomainName DomainSettings HomeEfsFileSystemCreation KmsKeyId SubnetIds TagPropagation Tags VpcId",
        required="AuthMode DefaultUserSettings DomainName",
        create_only="AuthMode DomainName KmsKeyId",
        attributes={"DomainId": "{id}", "DomainArn": "arn:aws:sagemaker:{region}:{account}:domain/{id}"},
    ),
    studio(
        "UserProfile",
        "DomainId SingleSignOnUserIdentifier SingleSignOnUserValue Tags UserProfileName UserSettings",
        required="DomainId UserProfileName",
        create_only="DomainId SingleSignOnUserIdentifier SingleSignOnUserValue UserProfileName",
        ref="{UserProfileName}|{DomainId}",
        arn="user-profile/{DomainId}/{UserProfileName}",
    ),
    studio(
        "App",
        "AppName AppType DomainId RecoveryMode ResourceSpec Tags UserProfileName",
        required="AppName AppType DomainId UserProfileName",
        create_only="AppName AppType DomainId ResourceSpec UserProfileName",
        ref="{AppName}|{AppType}|{DomainId}|{UserProfileName}",
        arn="app/{DomainId}/{UserProfileName}/{AppType}/{AppName}",
    ),
    studio(
        "Space",
        "DomainId OwnershipSettings SpaceDisplayName SpaceName SpaceSettings SpaceSharingSettings Tags",
        required="DomainId SpaceName",
        create_only="DomainId OwnershipSettings SpaceName SpaceSharingSettings",
        ref="{DomainId}|{SpaceName}",
        arn="space/{DomainId}/{SpaceName}",
    ),
    studio(
        "StudioLifecycleConfig",
        "StudioLifecycleConfigAppType StudioLifecycleConfigContent StudioLifecycleConfigName Tags",
        required="StudioLifecycleConfigAppType StudioLifecycleConfigContent StudioLifecycleConfigName",
        create_only="StudioLifecycleConfigAppType StudioLifecycleConfigContent StudioLifecycleConfigName Tags",
        ref="{StudioLifecycleConfigName}",
        arn="studio-lifecycle-config/{StudioLifecycleConfigName}",
    ),
    studio(
        "AppImageConfig",
        "AppImageConfigName CodeEditorAppImageConfig JupyterLabAppImageConfig KernelGatewayImageConfig Tags",
        required="AppImageConfigName",
        create_only="AppImageConfigName",
        ref="{AppImageConfigName}",
        arn="app-image-config/{AppImageConfigName}",
    ),
)
NOTEBOOK: Final = "arn:aws:sagemaker:{region}:{account}:notebook-instance/{NotebookInstanceName}"
LIFECYCLE: Final = (
    "arn:aws:sagemaker:{region}:{account}:notebook-instance-lifecycle-config/{NotebookInstanceLifecycleConfigName}"
)
NOTEBOOKS: Final = (
    Known(
        name="AWS::SageMaker::NotebookInstance",
        id=NOTEBOOK,
        properties="AcceleratorTypes AdditionalCodeRepositories DefaultCodeRepository DirectInternetAccess "
        "InstanceMetadataServiceConfiguration InstanceType KmsKeyId LifecycleConfigName NotebookInstanceName "
        "PlatformIdentifier RoleArn RootAccess SecurityGroupIds SubnetId Tags VolumeSizeInGB",
        required="InstanceType RoleArn",
        create_only="DirectInternetAccess KmsKeyId NotebookInstanceName PlatformIdentifier SecurityGroupIds SubnetId",
        attributes={"NotebookInstanceArn": "{id}", "NotebookInstanceName": "{NotebookInstanceName}"},
        defaults={"NotebookInstanceName": "{name}"},
    ),
    Known(
        name="AWS::SageMaker::NotebookInstanceLifecycleConfig",
        id=LIFECYCLE,
        properties="NotebookInstanceLifecycleConfigName OnCreate OnStart Tags",
        create_only="NotebookInstanceLifecycleConfigName",
        attributes={
            "NotebookInstanceLifecycleConfigArn": "{id}",
            "NotebookInstanceLifecycleConfigName": "{NotebookInstanceLifecycleConfigName}",
        },
        defaults={"NotebookInstanceLifecycleConfigName": "{name}"},
    ),
)
OTHERS: Final = (
    Known(
        name="AWS::CloudTrail::Trail",
        id="{TrailName}",
        properties="AdvancedEventSelectors AggregationConfigurations CloudWatchLogsLogGroupArn CloudWatchLogsRoleArn "
        "EnableLogFileValidation EventSelectors IncludeGlobalServiceEvents InsightSelectors IsLogging "
        "IsMultiRegionTrail IsOrganizationTrail KMSKeyId S3BucketName S3KeyPrefix SnsTopicName Tags TrailName",
        required="IsLogging S3BucketName",
        create_only="TrailName",
        attributes={"Arn": "arn:aws:cloudtrail:{region}:{account}:trail/{id}"},
        defaults={"TrailName": "{name}"},
    ),
    Known(
        name="AWS::ResourceGroups::Group",
        id="{Name}",
        properties="Configuration Description Name ResourceQuery Resources Tags",
        required="Name",
        create_only="Name",
        attributes={"Arn": "arn:aws:resource-groups:{region}:{account}:group/{id}"},
    ),
    Known(
        name="AWS::ServiceCatalog::PortfolioShare",
        id="{PortfolioId}|{AccountId}",
        properties="AcceptLanguage AccountId PortfolioId ShareTagOptions",
        required="AccountId PortfolioId",
        create_only="AccountId PortfolioId",
    ),
    Known(
        name="AWS::ServiceCatalog::AcceptedPortfolioShare",
        id="{PortfolioId}",
        properties="AcceptLanguage PortfolioId",
        required="PortfolioId",
        create_only="AcceptLanguage PortfolioId",
    ),
)
KNOWN: Final = {each.name: each for each in (*NETWORKS, *STUDIO, *NOTEBOOKS, *OTHERS)}
