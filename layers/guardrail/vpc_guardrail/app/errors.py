"""The named errors of the use cases. Any other error is a fault: it is retried, then kept."""


class JobNotFoundError(Exception):
    """The training job does not exist, or no longer."""


class JobNotReadableError(Exception):
    """The training job may not be described (AccessDenied)."""


class JobAlreadyEndedError(Exception):
    """The training job cannot be stopped, because it is not in progress any more."""


class AccountNotReadableError(Exception):
    """The VPCs of the account may not be listed; says why."""


class EvaluationsRefusedError(Exception):
    """AWS Config did not take some of the evaluations, but all others; names the resources."""
