"""Pure renderers of judgements: text for people, JSON for machines."""
