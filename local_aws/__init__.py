"""An AWS of one's own machine, for the demo and the end-to-end tests.

Server side (runs in `.tools/local-aws`): `server` and what it imports. One process answers on one
port of the loopback interface: ministack (CloudFormation with SAM, Lambda, EventBridge, SQS, SNS,
DynamoDB, S3, Logs, IAM), moto's EC2, and stand-ins of our own for SageMaker training jobs and for
AWS Config.

Client side (standard library and boto3): `launch`, `deploy`, `logs`, `networks` and
`recorder`.
"""
