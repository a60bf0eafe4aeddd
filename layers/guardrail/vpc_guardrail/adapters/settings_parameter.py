"""The settings document in SSM Parameter Store, which keeps the last hundred of its versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.parameters import SSMProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.exceptions import BotoCoreError, ClientError

from vpc_guardrail.adapters.faults import code_of, unknowable
from vpc_guardrail.app.errors import DocumentOutOfReachError
from vpc_guardrail.app.settings_in_force import DocumentUnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.client import BaseClient

SECONDS_CACHED = 5
"""How soon a change takes effect in a process that runs; a call for each batch at most."""

PAGES = 4
"""The history comes oldest first, 50 versions a page, and holds at most 100."""

GONE = "ParameterNotFound"


class SsmSettingsDocuments:
    """The port `SettingsDocuments`, over one parameter."""

    def __init__(
        self, ssm: Callable[[], BaseClient], name: str, seconds_cached: int = SECONDS_CACHED
    ) -> None:
        self._ssm = ssm
        self._name = name
        self._seconds_cached = seconds_cached
        self._provider: SSMProvider | None = None

    def newest(self) -> str:
        """The parameter's value, some seconds old at most; raises as the port says."""
        if self._provider is None:
            self._provider = SSMProvider(boto3_client=self._ssm())
        try:
            return str(self._provider.get(self._name, max_age=self._seconds_cached))
        except GetParameterError as error:
            # Powertools raises it without a cause, while it handles the error that it stands for.
            kind = _kind("ssm:GetParameter", error.__context__)
            raise kind(f"{self._name} could not be read: {error}") from error

    def earlier(self) -> Iterator[str]:
        """The values of all versions, the newest first; raises as the port says."""
        versions: list[str] = []
        token: dict[str, str] = {}
        client: Any = self._ssm()
        try:
            for _ in range(PAGES):
                page = client.get_parameter_history(Name=self._name, **token)
                versions += [each["Value"] for each in page["Parameters"]]
                if "NextToken" not in page:
                    break
                token = {"NextToken": page["NextToken"]}
        except (BotoCoreError, ClientError) as error:
            kind = _kind("ssm:GetParameterHistory", error)
            raise kind(f"the history of {self._name} could not be read: {error}") from error
        yield from reversed(versions)


def _kind(
    action: str, error: BaseException | None
) -> type[DocumentUnreadableError | DocumentOutOfReachError]:
    """What an error says of the document; one that is not known for good may pass."""
    for_good = isinstance(error, ClientError) and (
        code_of(error) == GONE or unknowable(action, error)
    )
    return DocumentUnreadableError if for_good else DocumentOutOfReachError
