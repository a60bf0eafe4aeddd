"""The ports of `app`, by boto3 and Powertools."""
