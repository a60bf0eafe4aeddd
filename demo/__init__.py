"""`make demo`: the whole guardrail at work, on an AWS of one's own machine.

`scenario` holds the jobs and what must become of them, as data. `stage` brings it onto the local
AWS, `follow` looks at what comes of it, `judge` compares, `progress` and `show` draw, `run` keeps
the order.
Nothing that is shown is worked out here: verdicts and findings come with the SNS messages (of a
compliant job, which is told to nobody, from the inspector's log), statuses from SageMaker's API.
"""
