"""The checks, one guideline of the AWS page each: SPEC and evaluate(job, network)."""
