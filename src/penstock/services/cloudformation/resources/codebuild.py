"""AWS::CodeBuild::…"""

from typing import Final

from penstock.services.cloudformation.resources.kind import Naming
from penstock.services.cloudformation.resources.plain import Plain, arn_of, itself

PROJECT: Final = Plain(
    name="AWS::CodeBuild::Project",
    service="codebuild",
    create="CreateProject",
    read="BatchGetProjects",
    update="UpdateProject",
    delete="DeleteProject",
    properties="Artifacts BuildBatchConfig Cache ConcurrentBuildLimit Description EncryptionKey Environment "
    "LogsConfig Name QueuedTimeoutInMinutes SecondaryArtifacts SecondarySourceVersions SecondarySources ServiceRole "
    "Source SourceVersion Tags TimeoutInMinutes VpcConfig",
    required="Artifacts Environment ServiceRole Source",
    create_only="Name",
    naming=Naming("Name", longest=255),
    key={"name": itself, "names": lambda resource: [itself(resource)]},
    inside="projects.0",
    attributes={"Arn": "arn", "Id": "name"},
    reset={
        "BuildBatchConfig": {},
        "Cache": {"Type": "NO_CACHE"},
        "Description": "",
        "LogsConfig": {},
        "QueuedTimeoutInMinutes": 480,
        "SecondaryArtifacts": [],
        "SecondarySourceVersions": [],
        "SecondarySources": [],
        "SourceVersion": "",
        "TimeoutInMinutes": 60,
        "VpcConfig": {},
    },
    tags=None,  # an update sets them
)
REPORT_GROUP: Final = Plain(
    name="AWS::CodeBuild::ReportGroup",
    service="codebuild",
    create="CreateReportGroup",
    read="BatchGetReportGroups",
    update="UpdateReportGroup",
    delete="DeleteReportGroup",
    properties="DeleteReports ExportConfig Name Tags Type",
    required="ExportConfig Type",
    create_only="Name Type",
    naming=Naming("Name", longest=128),
    key={
        "arn": arn_of("codebuild", "report-group", "/"),
        "reportGroupArns": lambda resource: [arn_of("codebuild", "report-group", "/")(resource)],
        "deleteReports": lambda resource: bool(resource.properties.get("DeleteReports", False)),
    },
    id="arn",
    inside="reportGroups.0",
    attributes={"Arn": "arn"},
    request=lambda resource: resource.without("DeleteReports"),
    unchecked="DeleteReports",
)
TYPES: Final = (PROJECT.type(), REPORT_GROUP.type())
