"""The one account and Region that the local AWS stands for."""

ACCOUNT_ID = "123456789012"
REGION = "us-east-1"
PARTITION = "aws"

ROOT_ACCESS_KEY = "test"
"""Whoever signs with this key is the account's root user: no policy gates the call."""

ROOT_SECRET_KEY = "test"

CONTROL_PREFIX = "/_local_aws/"
"""Path of the server's own endpoints, see `control`."""
