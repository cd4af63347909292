"""All tests; the folder is the category: unit, integration, e2e."""
