"""boto3's clients: made once per process, when they are first used, and all alike."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from boto3.session import Session
from botocore.config import Config

from vpc_guardrail import __version__
from vpc_guardrail.adapters.s3_redirects import stay_in_region

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

    from vpc_guardrail.adapters.security_hub import SecurityHubClient

PARALLEL_CALLS = 4
"""Calls to one service at a time.

Each asks for a connection of its own, whose set-up costs more processor time than a second round
of calls over the open ones costs waiting.
"""

ATTEMPTS = 4
"""The first call and three retries: throttling recovers, and an outage is told in bounded time."""

CONNECT_SECONDS, READ_SECONDS = 2, 5
"""AWS answers these calls within a second; what takes longer is tried again."""


OF_THE_REGION: Final = "regional"
"""S3 is asked in the Region also where that is us-east-1, whose clients else ask any Region.

Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-s3-regional-endpoint.html
"""


def client_config() -> Config:
    """The settings of every client: few patient attempts, short time-outs, a name of our own."""
    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=PARALLEL_CALLS,
        user_agent_extra=f"vpc-guardrail/{__version__}",
        s3={"us_east_1_regional_endpoint": OF_THE_REGION},
    )


class Clients:
    """The clients of one session, in the ordinary AWS environment unless a session is given.

    A client is safe to share between threads; to make one is not, hence the lock.
    """

    def __init__(self, session: Session | None = None) -> None:
        self._session = session
        self._made: dict[str, Any] = {}
        self._lock = Lock()

    @property
    def config(self) -> BaseClient:
        """The client of AWS Config, which asks for the scores of VPCs."""
        client: BaseClient = self._client("config")
        return client

    @property
    def dynamodb(self) -> DynamoDBClient:
        """The client of the ledger."""
        client: DynamoDBClient = self._client("dynamodb")
        return client

    @property
    def ec2(self) -> EC2Client:
        """The client of the network's facts."""
        client: EC2Client = self._client("ec2")
        return client

    @property
    def s3(self) -> S3Client:
        """The client of the buckets' policies; it stays in its Region."""
        client: S3Client = self._client("s3")
        return client

    @property
    def efs(self) -> BaseClient:
        """The client of EFS's file systems that jobs name."""
        client: BaseClient = self._client("efs")
        return client

    @property
    def fsx(self) -> BaseClient:
        """The client of FSx's file systems that jobs name."""
        client: BaseClient = self._client("fsx")
        return client

    @property
    def sagemaker(self) -> SageMakerClient:
        """The client of the training jobs."""
        client: SageMakerClient = self._client("sagemaker")
        return client

    @property
    def secretsmanager(self) -> BaseClient:
        """The client of the secrets with Slack's addresses."""
        client: BaseClient = self._client("secretsmanager")
        return client

    @property
    def securityhub(self) -> SecurityHubClient:
        """The client of Security Hub's findings."""
        client: SecurityHubClient = self._client("securityhub")
        return client

    @property
    def sns(self) -> SNSClient:
        """The client of the topic."""
        client: SNSClient = self._client("sns")
        return client

    @property
    def ssm(self) -> BaseClient:
        """The client of the settings document."""
        client: BaseClient = self._client("ssm")
        return client

    @property
    def sqs(self) -> SQSClient:
        """The client of the enforcement queue."""
        client: SQSClient = self._client("sqs")
        return client

    def _client(self, service: str) -> Any:
        with self._lock:
            if service not in self._made:
                self._session = self._session or Session()
                self._made[service] = self._session.client(
                    service,  # type: ignore[call-overload] # the overloads want literals
                    config=client_config(),
                )
                if service == "s3":
                    stay_in_region(self._made[service])
            return self._made[service]
