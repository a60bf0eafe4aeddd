"""Use cases over ports: no boto3, no environment, no clock."""
