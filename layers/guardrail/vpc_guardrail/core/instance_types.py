"""Whether a training instance type uses Elastic Fabric Adapter (EFA)."""

from enum import StrEnum
from typing import Final

from vpc_guardrail.core._instance_types_table import EFA_CAPABLE, KNOWN

_SAGEMAKER_PREFIX: Final = "ml."


class EfaUse(StrEnum):
    """Whether a training job on an instance type runs with EFA.

    EC2 documents which types *can* carry an EFA. SageMaker documents nowhere to which of them it
    attaches one, so that "can" and "does" are told apart.
    """

    CERTAIN = "certain"
    """AWS's own training software uses EFA on it, or it exists for clusters joined by EFA."""

    POSSIBLE = "possible"
    """EC2 can attach an EFA; whether SageMaker does is not documented."""

    NEVER = "never"
    """EC2 cannot attach an EFA."""


# The types on which AWS's training containers switch EFA on (SM_EFA_NCCL_INSTANCES):
# https://github.com/aws/sagemaker-training-toolkit/blob/master/src/sagemaker_training/__init__.py
_USED_BY_TRAINING_TOOLKIT: Final = frozenset(
    {
        "g4dn.8xlarge",
        "g4dn.12xlarge",
        "g5.48xlarge",
        "p3dn.24xlarge",
        "p4d.24xlarge",
        "p4de.24xlarge",
        "p5.48xlarge",
        "p6e-gb200.36xlarge",
        "trn1.32xlarge",
    }
)

# The toolkit's list lags behind. These are the largest sizes of the families that succeed the ones
# above, sold for multi-node training over EFA. That SageMaker attaches it is inferred from that.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html#efa-instance-types
_BUILT_FOR_EFA: Final = frozenset(
    {
        "p5e.48xlarge",
        "p5en.48xlarge",
        "p6-b200.48xlarge",
        "p6-b300.48xlarge",
        "trn1n.32xlarge",
        "trn2.48xlarge",
    }
)

EFA_CERTAIN: Final = _USED_BY_TRAINING_TOOLKIT | _BUILT_FOR_EFA
"""EC2 names of the types on which a training job is held to the needs of EFA."""


def efa_use(instance_type: str) -> EfaUse | None:
    """Tell whether `instance_type` ("ml.p4d.24xlarge" or "p4d.24xlarge") uses EFA.

    None means that the table, which is dated, does not know the type: ask EC2's
    DescribeInstanceTypes (`NetworkInfo.EfaSupported`), and never read it as `NEVER`.
    """
    ec2_type = instance_type.removeprefix(_SAGEMAKER_PREFIX)
    if ec2_type in EFA_CERTAIN:
        return EfaUse.CERTAIN
    if ec2_type in EFA_CAPABLE:
        return EfaUse.POSSIBLE
    if ec2_type in KNOWN:
        return EfaUse.NEVER
    return None
