"""The networks of training jobs: one reading of EC2 and S3 for all jobs of a batch.

A reading is forgotten with its batch: the next one is judged by the facts of its own time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from vpc_guardrail.adapters.ec2_reader import Ec2Reader
from vpc_guardrail.adapters.network_reading import read_network
from vpc_guardrail.adapters.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mypy_boto3_ec2 import EC2Client

    from vpc_guardrail.adapters.file_systems import FileSystemReader
    from vpc_guardrail.adapters.s3_reader import S3Reader
    from vpc_guardrail.core.model import Network, TrainingJob


class Inventory:
    """The port `NetworkReader`, for one batch of jobs: make one for each batch.

    `upcoming` gives the jobs that are known to be judged in this batch; it is called when a
    network has to be read. Jobs that were not known then cost a reading of their own, unless they
    name only what was read. Without a reader of `file_systems` or `buckets` those stay unknown.
    With `every_nat_gateway`, for remedies that name one, those without a route are read as well.
    """

    def __init__(
        self,
        ec2: EC2Client,
        now: Callable[[], datetime],
        upcoming: Callable[[], Sequence[TrainingJob]] = tuple,
        file_systems: FileSystemReader | None = None,
        buckets: S3Reader | None = None,
        *,
        every_nat_gateway: bool = False,
    ) -> None:
        self._ec2 = Ec2Reader(ec2)
        self._now = now
        self._upcoming = upcoming
        self._file_systems = file_systems
        self._buckets = buckets
        self._every_nat_gateway = every_nat_gateway
        self._readings: list[tuple[Wanted, Network]] = []
        self._faults: list[tuple[Wanted, BotoCoreError | ClientError]] = []

    def read(self, job: TrainingJob) -> Network:
        """A snapshot in which each fact is read or `Unknown`; faults of AWS raise.

        It may hold more subnets and security groups than the job names: those of the batch. The
        fault of a reading is that of all the jobs it was meant for: a throttled EC2 is not asked
        once more for each.
        """
        own = Wanted.by(job)
        for wanted, network in self._readings:
            if wanted.covers(own):
                return network
        for wanted, fault in self._faults:
            if wanted.covers(own):
                raise fault
        wanted = Wanted.by(job, *self._upcoming(), every_nat_gateway=self._every_nat_gateway)
        try:
            network = read_network(
                self._ec2, wanted, self._now(), self._file_systems, self._buckets
            )
        except (BotoCoreError, ClientError) as fault:
            self._faults.append((wanted, fault))
            raise
        self._readings.append((wanted, network))
        return network
