# Everything that is done with this project. `make` alone lists the targets.
# Each environment comes from its own pinned and hashed file in requirements/; see scripts/environments.py.

SHELL := bash
.DEFAULT_GOAL := help

# The user's own Python and pip settings must not leak into the project's environments (his package index may).
unexport $(filter PYTHON% VIRTUAL_ENV CONDA_PREFIX,$(.VARIABLES))
unexport PIP_CONSTRAINT PIP_DRY_RUN PIP_NO_DEPS PIP_PREFIX PIP_REQUIRE_VIRTUALENV PIP_ROOT PIP_TARGET PIP_USER
unexport UV_CONSTRAINT UV_NO_BUILD UV_OVERRIDE UV_PYTHON UV_SYSTEM_PYTHON UV_TARGET

# No target talks to the user's AWS account: his profiles, keys, Regions and endpoints are out of reach.
unexport $(filter-out AWS_CA_BUNDLE,$(filter AWS_% SAM_% POWERTOOLS_% GUARDRAIL_%,$(.VARIABLES)))
export AWS_CONFIG_FILE := /dev/null
export AWS_SHARED_CREDENTIALS_FILE := /dev/null
export AWS_EC2_METADATA_DISABLED := true
export AWS_DEFAULT_REGION := us-east-1
export SAM_CLI_TELEMETRY := 0
export __SAM_CLI_APP_DIR := $(CURDIR)/.tools/sam-home

comma := ,

# The local AWS is reached directly, also where a proxy stands before the internet.
export NO_PROXY := 127.0.0.1,localhost$(if $(NO_PROXY),$(comma)$(NO_PROXY))
export no_proxy := $(NO_PROXY)

python := .venv/bin/python
pytest := $(python) -m pytest
bootstrap := found=$$(scripts/find_python.sh) && "$$found" -m
code := layers/guardrail functions tests local_aws demo scripts benchmarks

##@ Use it

.PHONY: help
help: ## List the targets.
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z0-9-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: setup
setup: .venv ## Make .venv/ with the command line in it.
	@echo 'Ready. Try: .venv/bin/vpc-guardrail --help   (or: source .venv/bin/activate)'

.PHONY: demo
demo: .venv .tools/local-aws .tools/lambda build ## See the whole guardrail at work on an AWS of your own machine.
	@$(python) -m demo

##@ Check it

.PHONY: test test-unit test-integration test-template test-e2e
test: .venv .tools/local-aws .tools/lambda build ## Run all tests: unit, integration, template, end to end.
	@$(pytest)

test-unit: .venv ## Run the unit tests: no network, no AWS.
	@$(pytest) tests/unit

test-integration: .venv ## Run the integration tests: adapters against moto.
	@$(pytest) tests/integration

test-template: .venv .tools/lambda build ## Run the tests of the template and of the built artifact.
	@$(pytest) tests/template

test-e2e: .venv .tools/local-aws .tools/lambda build ## Run the whole loop on the local AWS, with IAM enforced.
	@$(pytest) tests/e2e

.PHONY: lint
lint: .venv .tools/sam ## Check style, types, imports and the template.
	$(python) -m ruff check
	$(python) -m ruff format --check
	$(python) -m mypy
	.venv/bin/lint-imports --no-logo
	.venv/bin/cfn-lint --append-rules cfn_lint_serverless.rules
	.tools/sam/bin/sam validate --lint

.PHONY: audit
audit: .tools/audit ## Look over the template for what is unsafe; each excuse stands in it, with its reason.
	@.tools/audit/bin/python -m scripts.audit

.PHONY: format
format: .venv ## Format the code and mend what ruff can mend.
	$(python) -m ruff check --fix
	$(python) -m ruff format

.PHONY: bench
bench: .venv .tools/sam .tools/local-aws .tools/lambda build ## Measure start-up and first invocation under AWS's runtime emulator.
	@$(python) -m benchmarks

##@ Make it

.PHONY: build
build: .tools/sam .tools/build ## Build the deployable artifact into .aws-sam/build, if its sources changed.
	@$(bootstrap) scripts.build

.PHONY: docs
docs: .venv ## Write the generated files anew.
	$(python) -m scripts.generate_instance_types
	$(python) -m scripts.generate_docs

.PHONY: lock
lock: ## Pin every requirement file to the newest versions that agree.
	@$(bootstrap) scripts.lock

.PHONY: clean clean-all
clean: ## Remove what was built and cached; keep the environments.
	rm -rf .aws-sam .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache htmlcov dist
	find $(wildcard $(code)) -name __pycache__ -type d -prune -exec rm -rf {} +

clean-all: clean ## Remove the environments as well.
	rm -rf .venv .tools

# The environments. Their scripts tell by contents whether anything is to be done.
.PHONY: .venv .tools/sam .tools/build .tools/local-aws .tools/lambda .tools/audit
.venv:
	@$(bootstrap) scripts.environments dev
.tools/sam .tools/build .tools/local-aws .tools/lambda .tools/audit:
	@$(bootstrap) scripts.environments $(@F)
