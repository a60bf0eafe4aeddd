"""What a cold start of `job_inspector` costs, under AWS's own runtime interface emulator."""
