"""VPC Guardrail for SageMaker training: is this training job's network sound and private?"""

__version__ = "0.1.0"
