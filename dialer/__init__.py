"""Campaigns: contacts, eligibility under the law, attempts, estimators, pacing and abandonment."""
