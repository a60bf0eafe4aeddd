"""The page of a job in the SageMaker console."""

from vpc_guardrail.app.arn import JobArn, MalformedArnError
from vpc_guardrail.core.model import JobKind

CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
"""The console's domain in each partition that has a public one."""

PAGES = {JobKind.TRAINING: "jobs", JobKind.TUNING: "hyper-tuning-jobs"}
"""The console's page of each kind of job."""

LABEL_LENGTH = 63
"""The most characters of a part of a domain, as the Region is one.

Source: https://datatracker.ietf.org/doc/html/rfc1035#section-2.3.4
"""


def console_url(job_arn: str) -> str | None:
    """The job's page: of a sound ARN, in a known partition alone."""
    try:
        arn = JobArn.parse(job_arn)
    except MalformedArnError:
        return None
    domain = CONSOLES.get(arn.partition)
    if domain is None or len(arn.region) > LABEL_LENGTH:
        return None
    page = PAGES[arn.kind]
    return f"https://{arn.region}.{domain}/sagemaker/home?region={arn.region}#/{page}/{arn.name}"
